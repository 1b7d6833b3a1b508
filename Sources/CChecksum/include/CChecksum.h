// CRC-32C (Castagnoli; RFC 3720, appendix B.4): tells a file that was written to its end from one that was not.
//
// In C for one reason: the processor's own instruction is used where there is one, which is found out when it runs.
#ifndef WEIR_CHECKSUM_H
#define WEIR_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// The checksum of some bytes, or, with that of what stands before them, of both together. 0 to begin with.
uint32_t weir_crc32c(uint32_t before, const void *bytes, size_t count);

/// The same on any processor.
uint32_t weir_crc32c_plainly(uint32_t before, const void *bytes, size_t count);

#endif
