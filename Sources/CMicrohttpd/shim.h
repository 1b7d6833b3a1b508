// GNU libmicrohttpd. Starting a daemon is variadic, so its options travel as an array.
#pragma once

#include <stdint.h>
#include <sys/socket.h>

#include <microhttpd.h>

/// A daemon without threads of its own: whoever calls `MHD_run_wait` serves. The address is not shared: a second
/// process on one port must be told so, not be given half of the callers.
static inline struct MHD_Daemon *weir_mhd_start(const struct sockaddr *address, MHD_AccessHandlerCallback handler,
                                                void *opaque, unsigned connections, unsigned timeout_seconds,
                                                size_t memory_per_connection) {
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_SOCK_ADDR, 0, (void *)(uintptr_t)address},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, 0},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)timeout_seconds, 0},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)memory_per_connection, 0},
        {MHD_OPTION_END, 0, 0},
    };
    const unsigned family = address->sa_family == AF_INET6 ? MHD_USE_IPv6 : 0;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_NO_FLAG | family, 0, 0, 0, handler, opaque,
                            MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline int weir_mhd_port(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : -1;
}

/// Who called; NULL if unknown.
static inline struct sockaddr *weir_mhd_caller(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : 0;
}
