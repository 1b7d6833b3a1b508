#!/bin/bash
# Builds the readers of outside bytes with coverage instrumentation and AddressSanitizer (Swift, C and C++ of this
# package; Debian's libraries are as they are) and runs each of them under libFuzzer.
# usage: Tests/fuzz.sh [SECONDS [TARGET…]]
# Prints a line for each target and fails on any finding, naming the input and how to repeat it. What was learnt is
# kept in .build-fuzz/corpus, so that the next run goes on from there. JOBS: how many run at once.
set -euo pipefail

cd "$(dirname "$0")/.."
duration=${1:-20}
shift || true
jobs=${JOBS:-$(nproc)}
scratch=.build-fuzz

resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
library=$resources/clang/lib/linux/libclang_rt.fuzzer_no_main-$(uname -m).a
# Through the frontend, or the driver would link libFuzzer's own main. With optimisation: many times the executions,
# and overflows trap all the same.
options=(-c release --sanitize=address --scratch-path "$scratch" --product fuzz
    -Xswiftc -Xfrontend -Xswiftc "-sanitize=fuzzer,address" -Xcc -fsanitize=fuzzer-no-link -Xcxx -fsanitize=fuzzer-no-link
    -Xlinker "$library")
export WEIR_FUZZER=1
swift build "${options[@]}"
folder=$scratch/release
fuzz=$folder/fuzz

# A build that lost an option would find nothing and pass.
for part in Events.build CSimdjson.build/reader.cpp.o CImaging.build/jpeg.c.o; do
    for symbol in __asan_report __sanitizer_cov; do
        if ! find "$folder/$part" -name '*.o' -exec nm {} + | grep "$symbol" >/dev/null; then
            echo "fuzz.sh: $part has no $symbol: it is not instrumented" >&2
            exit 1
        fi
    done
done

# The handler that prints backtraces reads the stack in a way of its own, which the sanitizer would report instead.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=64
export LSAN_OPTIONS=suppressions=Tests/Fuzzing/leaks.suppressions:print_suppressions=0

run() {
    local name=$1 kind=$2 seeds=("${@:3}") work=$scratch/runs/$1 log dictionary=()
    log=$work/log
    rm -rf "$work"
    mkdir -p "$work/found" "$work/seeds" "$scratch/corpus/$name"
    [ ${#seeds[@]} -eq 0 ] || cp "${seeds[@]}" "$work/seeds"
    [ "$kind" = binary ] || dictionary=(-dict="Tests/Fuzzing/Dictionaries/$kind.dict")
    if "$fuzz" "$name" -max_total_time="$duration" -max_len=16384 -rss_limit_mb=2048 -malloc_limit_mb=1024 -timeout=10 \
        -print_final_stats=1 -artifact_prefix="$work/found/" "${dictionary[@]}" \
        "$scratch/corpus/$name" "Tests/Fuzzing/Corpus/$name" "$work/seeds" >"$log" 2>&1; then
        printf '%-14s %4d s  %9d executions  %6d edges  %6d features  %5d new units\n' "$name" "$duration" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
            "$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
            "$(sed -n 's/.* ft: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" \
            "$(sed -n 's/^stat::new_units_added: *//p' "$log")"
        return
    fi
    local input
    input=$(find "$work/found" -type f | head -n 1)
    {
        grep -E '^does not hold|^SUMMARY|^==[0-9]+== *ERROR|Fatal error' "$log" | head -n 5 || tail -n 20 "$log"
        echo "$name: FOUND ${input:-nothing to repeat; see $log}"
        echo "    repeat: SWIFT_BACKTRACE=$SWIFT_BACKTRACE $fuzz $name ${input:-}"
        echo "    keep:   cp ${input:-INPUT} Tests/Fuzzing/Corpus/$name/WHAT-IT-IS"
    } >&2
    return 1
}

failures=0
running=0
finish() { wait -n || failures=$((failures + 1)); running=$((running - 1)); }
known=0
while IFS=$'\t' read -r -a target; do
    [ $# -eq 0 ] || [[ " $* " == *" ${target[0]} "* ]] || continue
    known=$((known + 1))
    [ "$running" -lt "$jobs" ] || finish
    run "${target[@]}" &
    running=$((running + 1))
done < <("$fuzz" list)
while [ "$running" -gt 0 ]; do finish; done
if [ "$known" -eq 0 ]; then
    echo "fuzz.sh: no target is called $*; there are $("$fuzz" list | cut -f 1 | paste -s -d ' ')" >&2
    exit 64
fi
if [ "$failures" -gt 0 ]; then
    echo "fuzz.sh: $failures of $known targets found something" >&2
    exit 1
fi
