// Processes that may calculate and nothing else (Linux: seccomp(2), prctl(2), setrlimit(2), memfd_create(2)).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Where a process that `weir_sandbox_spawn` started finds its ends.
enum { WEIR_SANDBOX_SOCKET = 3, WEIR_SANDBOX_MEMORY = 4 };

// spawn.c

/// Memory that two processes share and neither can make shorter or longer: whoever reads what another maps would die of
/// that (SIGBUS). The descriptor, or -1 with `errno`.
int weir_sandbox_memory(size_t size);

/// Gives back the pages of shared memory from an offset on.
void weir_sandbox_forget(int memory, size_t from, size_t size);

/// Starts a program that has nothing of this process but the two descriptors and the environment that is given.
///
/// - Parameter arguments, environment: lists that end with NULL.
/// Returns 0 or an `errno` code.
int weir_sandbox_spawn(
    const char *path, char *const *arguments, char *const *environment, int socket, int memory, int32_t *child);

// enter.c

struct weir_sandbox_limits {
    /// Address space beyond what the process has now, in bytes.
    uint64_t memory;
    /// Processor time of the whole process, in seconds.
    uint64_t seconds;
};

/// Gives up, for all threads and for ever, all that decoding does not need: files, sockets, processes, signals to others,
/// memory with code in it. A thread that asks for one of them kills the process (SIGSYS), but that opening a file only
/// fails, since libraries try to.
///
/// Returns 0, or an `errno` code; `ENOSYS` where this is not known for the processor.
int weir_sandbox_enter(struct weir_sandbox_limits limits);

/// Whether this build carries a sanitizer, whose own needs no sandbox meets.
bool weir_sandbox_is_instrumented(void);

/// Ends the process (SIGALRM) in so many milliseconds, unless it is called again before; 0: never.
void weir_sandbox_end_in(uint32_t milliseconds);

#ifdef __cplusplus
}
#endif
