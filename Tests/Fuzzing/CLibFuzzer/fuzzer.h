// libFuzzer as a library (https://llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Takes libFuzzer's own arguments; calls `target` until they say that it is enough, and returns the exit code.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *bytes, size_t count));
