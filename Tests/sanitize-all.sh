#!/bin/bash
# Builds every test with a sanitizer (Swift, C and C++ of this package; Debian's libraries are as they are) and runs them.
# usage: Tests/sanitize-all.sh address|thread [FILTER]
# Fails on any finding, and on any failed test. FILTER: a regular expression for some suites.
set -euo pipefail

cd "$(dirname "$0")/.."
sanitizer=${1:-}
filter=${2:-}
case $sanitizer in
address | thread) ;;
*)
    echo "usage: Tests/sanitize-all.sh address|thread [FILTER]" >&2
    exit 64
    ;;
esac
scratch=.build-$sanitizer
options=(--sanitize="$sanitizer" --scratch-path "$scratch")
swift build "${options[@]}" --build-tests

# A build that lost the option would find nothing and pass.
for part in Streaming.build CSimdjson.build; do
    symbol=__tsan_
    [ "$sanitizer" = thread ] || symbol=__asan_report
    if ! find "$scratch/debug/$part" -name '*.o' -exec nm {} + | grep "$symbol" >/dev/null; then
        echo "sanitize-all.sh: $part has no $symbol: it is not instrumented" >&2
        exit 1
    fi
done

# What is found goes into files: a test that expects a process to die would hide it otherwise.
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
# The handler that prints backtraces reads the stack in a way of its own, which the sanitizer would report instead.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:detect_leaks=0:log_path=$found/report
export TSAN_OPTIONS=suppressions=$PWD/Tests/thread.suppressions:history_size=4:log_path=$found/report
if [ "$sanitizer" = thread ]; then
    cc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$scratch/c11-threads.so" Tests/c11-threads.c
    export LD_PRELOAD=$PWD/$scratch/c11-threads.so
fi
# These ask the C library's allocator, and how little a process can do with: a sanitizer puts its own allocator there.
skipped='memoryBetweenLivingBlocksIsGivenBack|refusedFilesTakeNoMemory|framesAndPartsTakeNoMemory|floodsTakeNoMemory'
# Instrumented code takes many times its time, and all tests at once would wait for one another past their deadlines. As
# `make test` does, what talks to brokers comes after the rest.
run() {
    swift test "${options[@]}" --skip-build --experimental-maximum-parallelization-width 4 --skip "$skipped" "$@"
}
code=0
if [ -n "$filter" ]; then
    run --filter "$filter" || code=$?
else
    run --skip '^(KafkaTests|StreamingTests|KafkaIntegrationTests)' || code=$?
    run --filter '^(KafkaTests|StreamingTests)' || code=$?
    run --filter '^KafkaIntegrationTests' || code=$?
fi
if [ -n "$(ls -A "$found")" ]; then
    cat "$found"/*
    echo "sanitize-all.sh: the $sanitizer sanitizer found something in $(find "$found" -type f | wc -l) processes" >&2
    exit 1
fi
exit "$code"
