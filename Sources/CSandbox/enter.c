#define _GNU_SOURCE
#include "CSandbox.h"
#include "filter.h"

#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INSTRUMENTED 1
#endif
#endif

bool weir_sandbox_is_instrumented(void) {
#ifdef INSTRUMENTED
    return true;
#else
    return false;
#endif
}

/// The address space of this process, in bytes; 0 if nobody says.
static uint64_t address_space(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    unsigned long long pages = 0;
    const int read = fscanf(file, "%llu", &pages);
    fclose(file);
    return read == 1 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/// Where memory is short, this process is ended before the one that started it.
static void go_first(void) {
    FILE *file = fopen("/proc/self/oom_score_adj", "we");
    if (file == NULL) return;
    fputs("500", file);
    fclose(file);
}

static int limit(__rlimit_resource_t resource, uint64_t value) {
    const struct rlimit both = {value, value};
    return setrlimit(resource, &both) == 0 ? 0 : errno;
}

int weir_sandbox_enter(struct weir_sandbox_limits limits) {
    const uint64_t has = address_space();
    if (has == 0) return ENOENT;
    go_first();
    int code = 0;
    // Sanitizers reserve terabytes.
    if (!weir_sandbox_is_instrumented()) code = limit(RLIMIT_AS, has + limits.memory);
    if (code == 0) code = limit(RLIMIT_CPU, limits.seconds);
    if (code == 0) code = limit(RLIMIT_FSIZE, 0);
    if (code == 0) code = limit(RLIMIT_CORE, 0);
    if (code == 0) code = limit(RLIMIT_NOFILE, WEIR_SANDBOX_MEMORY + 1);
    if (code != 0) return code;
    // Nobody can be traced into, whoever runs under the same user.
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    return install_filter();
}

void weir_sandbox_end_in(uint32_t milliseconds) {
    const struct itimerval timer = {
        .it_value = {.tv_sec = milliseconds / 1000, .tv_usec = (suseconds_t)(milliseconds % 1000) * 1000}};
    (void)setitimer(ITIMER_REAL, &timer, NULL);
}
