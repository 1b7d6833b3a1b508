"""What the load tests share: a broker of one's own, weir processes, topics, and records of results."""

import sys

try:
    import confluent_kafka  # noqa: F401
except ModuleNotFoundError:
    sys.exit(
        "confluent-kafka is missing: run this by its target of make, or with the Python that .ci/prepare python"
        " makes and prints"
    )
