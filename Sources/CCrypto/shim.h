// OpenSSL's block functions. The one-shot EVP interface looks an algorithm up at every call, which for
// inputs of a few dozen bytes costs more than the hash (OpenSSL 3.0, openssl-core(7)); the low-level
// functions are deprecated there, not removed.
#pragma once

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

static inline const char *weir_crypto_version(void) { return OpenSSL_version(OPENSSL_VERSION); }
