// OpenSSL's TLS and certificates, for servers of tests.
#pragma once

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What is macros there.
static inline EVP_PKEY *weir_tls_new_key(void) { return EVP_EC_gen("P-256"); }
static inline void weir_tls_set_most(SSL_CTX *context, int version) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, version);
}
