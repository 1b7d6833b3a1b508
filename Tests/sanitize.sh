#!/bin/sh
# Builds the mutation run with AddressSanitizer (Swift, C and C++ of this package; Debian's libraries are as they are)
# and runs it: thousands of spoiled events, mappings, signals and outcomes through their readers.
# usage: Tests/sanitize.sh [ROUNDS]
# Fails on any finding. Where Tests/requirements.txt is installed in .venv, the verdicts are checked by the schema too.
set -eu

cd "$(dirname "$0")/.."
rounds=${1:-2000}
scratch=.build-asan
verdicts=$(mktemp)
trap 'rm -f "$verdicts"' EXIT

swift build --sanitize=address --scratch-path "$scratch" --product event-mutations

# A build that lost the option would find nothing and pass.
binary=$(swift build --sanitize=address --scratch-path "$scratch" --show-bin-path)/event-mutations
for part in Events.build/EventDecoder.swift.o CSimdjson.build/reader.cpp.o; do
    if ! nm "$(dirname "$binary")/$part" | grep -q __asan_report; then
        echo "sanitize.sh: $part is not instrumented" >&2
        exit 1
    fi
done

# The handler that prints backtraces reads the stack in a way of its own, which the sanitizer would report instead.
SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=halt_on_error=1:exitcode=99:detect_stack_use_after_return=1:strict_string_checks=1 \
    "$binary" topology "$rounds" "$verdicts"

if [ -x .venv/bin/python ]; then
    .venv/bin/python Tests/schemas/validate.py --audit "$verdicts"
fi
