// The whole of librdkafka as Swift can see it. Variadic calls have array forms (`rd_kafka_produceva`,
// `rd_kafka_mock_push_request_errors_array`), which Swift imports; the one that has none is given a fixed form here.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// One error, or none, that a mock broker answers the next request of a kind with, held back for a while.
static inline rd_kafka_resp_err_t weir_mock_push_answer(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t request, rd_kafka_resp_err_t error, int milliseconds) {
    return rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, request, 1, error, milliseconds);
}
