# What people and CI call. Each target says what is missing; `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
MAKEFLAGS += --no-print-directory

commit := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
export WEIR_COMMIT := $(commit)

# The first line of every recipe that builds: packages, and Swift on PATH.
ready = .ci/prepare; PATH="$$(.ci/prepare swift):$$PATH"
python = $$(.ci/prepare python)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

.PHONY: demo
demo: release ## see uploads become verdicts, on a broker of its own; no set-up
	@.build/release/weir demo

.PHONY: test
test: ## build and run every test; those on a real broker need a Kafka (see README)
	@$(ready)
	swift build --build-tests
	# In turn: beside tests that calculate, what talks to brokers would get too little of the processor.
	swift test --skip-build --skip '^(KafkaTests|StreamingTests|KafkaIntegrationTests)'
	swift test --skip-build --filter '^(KafkaTests|StreamingTests)'
	swift test --skip-build --filter '^KafkaIntegrationTests'
	$(python) Tests/schemas/validate.py
	$(python) Tests/schemas/validate.py --self-test
	$(python) load-tests/compare_text/self_test.py --weir .build/debug/weir
	WEIR_BINARY="$$PWD/.build/debug/weir" $(python) load-tests/metadata/compare.py --self-test --events 10000
	WEIR_BINARY="$$PWD/.build/debug/weir" $(python) load-tests/metadata/compare.py --events 8000 --batches 1 7
	.build/debug/weir demo --json --shares 60 > .build/demo-verdicts.jsonl
	$(python) Tests/schemas/validate.py .build/demo-verdicts.jsonl
	if .ci/prepare kafka > /dev/null; then
	    # At once, since each mostly waits.
	    python=$(python)
	    printf 'load-tests/%s\n' exactly_once/self_test.py faults/proxy_test.py faults/invariants_test.py |
	        xargs -P 3 -n 1 "$$python"
	    WEIR_BINARY="$$PWD/.build/debug/weir" $(python) load-tests/parity.py
	elif [ "$${CI:-}" = true ]; then
	    exit 1
	fi

.PHONY: release
release: ## build the weir command with optimisation
	@$(ready)
	swift build -c release --product weir

.PHONY: lint
lint: ## check formatting and shell scripts
	@$(ready)
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	shellcheck .ci/run .ci/prepare $$(git ls-files '*.sh')

.PHONY: format
format: ## format all Swift files
	@$(ready)
	swift format --in-place --recursive --parallel Sources Tests Package.swift

.PHONY: sanitize
sanitize: ## run mutated input through the readers under AddressSanitizer
	@$(ready)
	Tests/sanitize.sh

.PHONY: sanitize-all
sanitize-all: ## every test under AddressSanitizer, then under ThreadSanitizer; long
	@$(ready)
	Tests/sanitize-all.sh address
	Tests/sanitize-all.sh thread

.PHONY: fuzz
fuzz: ## coverage-guided fuzzing of every reader; TARGET="…" for some, SECONDS=… for each (20)
	@$(ready)
	Tests/fuzz.sh $(or $(SECONDS),20) $(TARGET)

.PHONY: faults
faults: release ## exactly once under every fault, on real brokers: SUITE=… SEED=… MINUTES=… ARGUMENTS="…"
	@$(python) load-tests/faults/play.py $(or $(SUITE),short) --seed $(or $(SEED),1) \
	    $(if $(MINUTES),--minutes $(MINUTES)) $(ARGUMENTS)

.PHONY: faults-matrix
faults-matrix: ## what was seen to hold: suites, brokers and seeds, by the results that were kept; ARGUMENTS="…"
	@$(python) load-tests/faults/matrix.py $(ARGUMENTS)

.PHONY: wedges
wedges: release ## whether a process that hangs notices it, at each place that can hang
	@$(python) load-tests/faults/wedges.py

.PHONY: topic-faults
topic-faults: release ## what Weir does when topics are truncated, deleted, too small or missing; ARGUMENTS="…"
	@$(python) load-tests/faults/topics.py $(ARGUMENTS)

.PHONY: recovery
recovery: release ## how long partitions stand still after each fault, five times each; ARGUMENTS="…"
	@$(python) load-tests/faults/recovery.py $(ARGUMENTS)

.PHONY: replay
replay: release ## dead letters put back exactly once, although the command is killed again and again
	@$(python) load-tests/faults/replay.py $(ARGUMENTS)

.PHONY: neighbours
neighbours: release ## what a hostile stream on one partition does to the latency of others
	@$(python) load-tests/neighbours.py $(ARGUMENTS)

.PHONY: exactly-once
exactly-once: release ## exactly once under kills: the short form; ARGUMENTS="…" for others
	@$(python) load-tests/exactly_once/run.py $(or $(ARGUMENTS),--uploads 20000 --kills 2 --broker-restarts 1)

.PHONY: rights
rights: release ## exactly the documented rights, on a real broker with TLS, SASL and ACLs
	@$(python) load-tests/secure/run.py

.PHONY: compare
compare: release ## throughput beside other Kafka clients on one machine
	@$(python) load-tests/compare/run.py $(ARGUMENTS)

.PHONY: compare-streams
compare-streams: release ## what is known of accounts beside the same job in Kafka Streams; ARGUMENTS="…"
	@$(python) load-tests/streams/run.py $(ARGUMENTS)

.PHONY: compare-hash
compare-hash: release ## PDQ beside pdqhash, its index beside faiss, and what it finds again; ARGUMENTS="…"
	@python=$$(.ci/prepare peers)
	$$python load-tests/compare_hash/run.py $(ARGUMENTS)

.PHONY: compare-text
compare-text: release ## matching of terms beside better_profanity, alt-profanity-check, re, pyahocorasick; ARGUMENTS="…"
	@python=$$(.ci/prepare text-peers)
	$$python load-tests/compare_text/run.py $(ARGUMENTS)

.PHONY: metadata-model
metadata-model: release ## what is known of accounts, event by event, beside a plain model; ARGUMENTS="--events …"
	@$(python) load-tests/metadata/compare.py $(ARGUMENTS)

.PHONY: metadata-broker
metadata-broker: release ## the same on a real broker, under kills, aborts, and members that come and go; ARGUMENTS="…"
	@$(python) load-tests/metadata/broker.py $(ARGUMENTS)

.PHONY: failover
failover: release ## how long a partition with a million accounts stands still when it changes hands; ARGUMENTS="…"
	@$(python) load-tests/failover.py $(ARGUMENTS)

.PHONY: text-model
text-model: release ## train the text classifier that Weir ships with, and the lines its tests read; ARGUMENTS="…"
	@python=$$(.ci/prepare model)
	$$python load-tests/text-model/train.py --tests Tests/TextDetectionTests/Golden \
	    --held-out .build/held-out.jsonl $(ARGUMENTS)

.PHONY: bench
bench: release ## every benchmark, one JSON object a figure
	@.build/release/weir bench all
	.build/release/weir bench peers

.PHONY: k8s-check
k8s-check: release ## render every overlay and validate it strictly
	$(python) k8s/check.py --weir .build/release/weir
	$(python) k8s/check.py --weir .build/release/weir --self-test

.PHONY: docs-check
docs-check: release ## run the commands of README and docs as they stand
	@$(python) .ci/check-docs.py

.PHONY: clean
clean: ## remove everything that was built
	rm -rf .build .build-asan .build-fuzz .venv
