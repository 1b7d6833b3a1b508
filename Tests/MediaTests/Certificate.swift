import CTLS
import Foundation

/// A key and a certificate of its own making for it, which is its own authority.
///
/// `@unchecked Sendable`: made by `init`, read afterwards.
final class Certificate: @unchecked Sendable {
    let key: OpaquePointer
    let certificate: OpaquePointer

    /// - Parameters:
    ///   - name: as a certificate has it: `IP:127.0.0.1`, `DNS:cdn.example.org`.
    ///   - days: from when to when it is good, from now on.
    init(for name: String, days: ClosedRange<Int> = -1...1) throws {
        guard let key = weir_tls_new_key() else { throw POSIXError(.ENOMEM) }
        guard let certificate = X509_new() else {
            EVP_PKEY_free(key)
            throw POSIXError(.ENOMEM)
        }
        self.key = key
        self.certificate = certificate
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1...1 << 60))
        X509_gmtime_adj(X509_getm_notBefore(certificate), days.lowerBound * 86_400)
        X509_gmtime_adj(X509_getm_notAfter(certificate), days.upperBound * 86_400)
        X509_set_pubkey(certificate, key)
        let subject = X509_get_subject_name(certificate)
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, "test", -1, -1, 0)
        X509_set_issuer_name(certificate, subject)
        for (kind, value) in [(NID_subject_alt_name, name), (NID_basic_constraints, "critical,CA:TRUE")] {
            let extended = X509V3_EXT_conf_nid(nil, nil, kind, value)
            X509_add_ext(certificate, extended, -1)
            X509_EXTENSION_free(extended)
        }
        guard X509_sign(certificate, key, EVP_sha256()) > 0 else { throw POSIXError(.EINVAL) }
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    /// As a file of trusted ones, while `body` runs.
    func asAuthority(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID()).pem").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard let file = BIO_new_file(path, "w") else { throw POSIXError(.EIO) }
        PEM_write_bio_X509(file, certificate)
        BIO_free(file)
        try await body(path)
    }
}
