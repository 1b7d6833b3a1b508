#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

int weir_sandbox_memory(size_t size) {
    const int memory = memfd_create("weir-media", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memory < 0) return -1;
    if (ftruncate(memory, (off_t)size) == 0
        && fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0) {
        return memory;
    }
    const int code = errno;
    close(memory);
    errno = code;
    return -1;
}

void weir_sandbox_forget(int memory, size_t from, size_t size) {
    if (from < size) (void)fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(size - from));
}

int weir_sandbox_spawn(
    const char *path, char *const *arguments, char *const *environment, int socket, int memory, int32_t *child
) {
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    posix_spawnattr_t attributes;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    // Threads of this process block signals, and SIGPIPE is ignored; neither is to be passed on.
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    // Either descriptor may have the number that the other is to get. What is copied loses the mark that it is closed in
    // the child, also where it stays what it is.
    int aside = WEIR_SANDBOX_MEMORY + 1;
    while (aside == socket || aside == memory) aside++;
    if ((code = posix_spawnattr_setsigmask(&attributes, &none)) == 0
        && (code = posix_spawnattr_setsigdefault(&attributes, &usual)) == 0
        && (code = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0
        && (code = posix_spawn_file_actions_adddup2(&actions, socket, aside)) == 0
        && (code = posix_spawn_file_actions_adddup2(&actions, memory, WEIR_SANDBOX_MEMORY)) == 0
        && (code = posix_spawn_file_actions_adddup2(&actions, aside, WEIR_SANDBOX_SOCKET)) == 0
        && (code = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)) == 0
        && (code = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)) == 0
        && (code = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)) == 0
        && (code = posix_spawn_file_actions_addclosefrom_np(&actions, WEIR_SANDBOX_MEMORY + 1)) == 0) {
        code = posix_spawn(child, path, &actions, &attributes, arguments, environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}
