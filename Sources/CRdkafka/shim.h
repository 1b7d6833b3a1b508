// The whole of librdkafka as Swift can see it. Nothing is added here: variadic calls have array
// forms (`rd_kafka_produceva`, `rd_kafka_mock_push_request_errors_array`), which Swift imports.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
