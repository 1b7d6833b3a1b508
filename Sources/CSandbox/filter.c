// Which system calls are left: a program of the classic Berkeley packet filter that the kernel runs before each
// (seccomp(2), Documentation/userspace-api/seccomp_filter.rst).
#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/// What calculating, taking memory, and talking over descriptors that are open needs.
static const int allowed[] = {
    SYS_read, SYS_readv, SYS_write, SYS_writev, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_ppoll,
    SYS_close, SYS_lseek, SYS_fstat,
    SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_membarrier,
    SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_sched_yield, SYS_sched_getaffinity, SYS_sched_getattr, SYS_getcpu,
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, SYS_setitimer,
    SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getrusage, SYS_uname, SYS_sysinfo,
    SYS_getrandom,
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall,
    SYS_exit, SYS_exit_group,
#ifdef SYS_poll
    SYS_poll, SYS_time,
#endif
};

/// What libraries try and get on without.
static const struct {
    int call;
    int code;
} refused[] = {
    {SYS_openat, EACCES}, {SYS_newfstatat, EACCES}, {SYS_statx, EACCES}, {SYS_faccessat, EACCES},
    {SYS_readlinkat, EACCES}, {SYS_getcwd, EACCES}, {SYS_getdents64, EACCES}, {SYS_statfs, EACCES},
#ifdef SYS_open
    {SYS_open, EACCES}, {SYS_stat, EACCES}, {SYS_lstat, EACCES}, {SYS_access, EACCES}, {SYS_readlink, EACCES},
#endif
    {SYS_ioctl, ENOTTY}, {SYS_fcntl, EPERM}, {SYS_sched_setaffinity, EPERM}, {SYS_sched_setscheduler, EPERM},
    {SYS_sched_setattr, EPERM}, {SYS_setpriority, EPERM}, {SYS_getpriority, EPERM}, {SYS_mlock, EPERM},
    {SYS_set_mempolicy, EPERM},
    // The C library then takes clone, whose flags can be seen here.
    {SYS_clone3, ENOSYS},
};

enum { most_instructions = 256 };

struct program {
    struct sock_filter instructions[most_instructions];
    unsigned short count;
};

static void add(struct program *program, struct sock_filter instruction) {
    program->instructions[program->count++] = instruction;
}

static void load(struct program *program, uint32_t offset) {
    add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void answer(struct program *program, uint32_t action) {
    add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/// The rest of what follows counts for this call alone; `following` instructions do.
static void on(struct program *program, int call, uint8_t following) {
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, following));
}

/// The lower half of an argument; both processors are little-endian.
static uint32_t argument(unsigned number) {
    return (uint32_t)(offsetof(struct seccomp_data, args) + number * sizeof(uint64_t));
}

static uint32_t refusal(int code) { return SECCOMP_RET_ERRNO | ((uint32_t)code & SECCOMP_RET_DATA); }

/// Allowed without any of the bits in an argument.
static void allow_without(struct program *program, int call, unsigned number, uint32_t bits, int code) {
    on(program, call, 4);
    load(program, argument(number));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1));
    answer(program, refusal(code));
    answer(program, SECCOMP_RET_ALLOW);
}

/// Allowed if the lower half of an argument is one value.
static void allow_only(struct program *program, int call, unsigned number, uint32_t value) {
    on(program, call, 4);
    load(program, argument(number));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1));
    answer(program, SECCOMP_RET_ALLOW);
    answer(program, refusal(EPERM));
}

static void write_program(struct program *program) {
    load(program, offsetof(struct seccomp_data, arch));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
    answer(program, SECCOMP_RET_KILL_PROCESS);
    // Calls of the x32 kind have numbers of their own, from 2^30 on, and so are none of these.
    load(program, offsetof(struct seccomp_data, nr));
    for (size_t index = 0; index < sizeof allowed / sizeof *allowed; index++) {
        on(program, allowed[index], 1);
        answer(program, SECCOMP_RET_ALLOW);
    }
    for (size_t index = 0; index < sizeof refused / sizeof *refused; index++) {
        on(program, refused[index].call, 1);
        answer(program, refusal(refused[index].code));
    }
    // No memory gets code in it.
    allow_without(program, SYS_mmap, 2, PROT_EXEC, EPERM);
    allow_without(program, SYS_mprotect, 2, PROT_EXEC, EPERM);
    allow_only(program, SYS_prctl, 0, PR_SET_NAME);
    // Limits may be read. The upper half of the address is not looked at: nothing is mapped where the lower is 0 but by
    // chance, and a limit that is hard can't be raised.
    allow_only(program, SYS_prlimit64, 2, 0);
    // Threads, but no processes.
    on(program, SYS_clone, 4);
    load(program, argument(0));
    add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1));
    answer(program, SECCOMP_RET_ALLOW);
    answer(program, SECCOMP_RET_KILL_PROCESS);
    answer(program, SECCOMP_RET_KILL_PROCESS);
}

int install_filter(void) {
    struct program program = {.count = 0};
    write_program(&program);
    const struct sock_fprog filter = {.len = program.count, .filter = program.instructions};
    const long thread = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter);
    // More than 0: a thread that could not be brought under it.
    return thread == 0 ? 0 : thread > 0 ? EBUSY : errno;
}

#else

int install_filter(void) { return ENOSYS; }

#endif
