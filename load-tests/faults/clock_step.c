// The wall clock of one process, which can be stepped while it runs: preloaded, it adds what the file named by
// CLOCK_STEP_FILE holds (nanoseconds, 8 bytes in the machine's order) to every reading of CLOCK_REALTIME.
//
// As with a real step, and unlike libfaketime, a wait until a time of the wall clock that is under way notices it: after
// a step back it lasts that much longer. Two more reasons not to use libfaketime 0.9.10: it moves the environment, beside
// which Swift looks for the arguments of the process, and it knows nothing of cnd_timedwait, with which librdkafka waits.
// Other clocks are left alone. Written for glibc 2.34 and later.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;
// How long a wait is let be until the clock is looked at again.
static const int64_t slice = 20000000;

static const _Atomic int64_t none;
static const _Atomic int64_t *step = &none;
static int (*cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

static void fail(const char *what) {
    fprintf(stderr, "clock_step: %s\n", what);
    _exit(78);
}

__attribute__((constructor)) static void begin(void) {
    cond_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!cond_timedwait) fail("this is no glibc that it knows");
    const char *path = getenv("CLOCK_STEP_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *step, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) fail("CLOCK_STEP_FILE can't be read");
    close(file);
    step = memory;
}

static int64_t nanoseconds(const struct timespec *time) { return time->tv_sec * second + time->tv_nsec; }

static struct timespec timespec_of(int64_t nanoseconds) {
    return (struct timespec){.tv_sec = nanoseconds / second, .tv_nsec = nanoseconds % second};
}

static int64_t real(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    return nanoseconds(&now);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        *time = timespec_of(nanoseconds(time) + *step);
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    int64_t now = real() + *step;
    *time = (struct timeval){.tv_sec = now / second, .tv_usec = now % second / 1000};
    return 0;
}

time_t time(time_t *result) {
    time_t now = (real() + *step) / second;
    if (result) *result = now;
    return now;
}

int timespec_get(struct timespec *time, int base) {
    if (base != TIME_UTC) return 0;
    *time = timespec_of(real() + *step);
    return base;
}

// The real time until which to wait at most before looking again; true in `last` if the end is before that.
static struct timespec next(const struct timespec *end, int *last) {
    int64_t now = real(), until = nanoseconds(end) - *step;
    *last = until <= now + slice;
    return timespec_of(*last ? until : now + slice);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *end) {
    // nptl/pthread_cond_common.c: the second bit of __wrefs is set if it waits by the monotonic clock.
    if (cond->__data.__wrefs & 2 || end->tv_nsec < 0 || end->tv_nsec >= second) return cond_timedwait(cond, mutex, end);
    for (int last;;) {
        struct timespec until = next(end, &last);
        int result = cond_timedwait(cond, mutex, &until);
        if (result != ETIMEDOUT || (last && real() + *step >= nanoseconds(end))) return result;
    }
}

// What librdkafka waits with. A condition of C11 is one of POSIX in glibc (nptl/thrd_priv.h).
int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict end) {
    int result = pthread_cond_timedwait((pthread_cond_t *)cond, (pthread_mutex_t *)mutex, end);
    return result == 0 ? thrd_success : result == ETIMEDOUT ? thrd_timedout : thrd_error;
}
