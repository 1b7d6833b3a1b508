"""What the load tests share: a broker of one's own, weir processes, topics, and records of results."""

import sys

try:
    import confluent_kafka  # noqa: F401
except ModuleNotFoundError:
    sys.exit(
        "confluent-kafka is missing; in the folder of the checkout:"
        " python3 -m venv .venv && .venv/bin/pip install -r load-tests/requirements.txt,"
        " then run this with .venv/bin/python"
    )
