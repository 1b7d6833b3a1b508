#pragma once

/// Puts the filter of system calls over all threads. 0 or an `errno` code.
int install_filter(void);
