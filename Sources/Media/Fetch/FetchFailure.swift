internal import Events

/// Why something could not be fetched; in verdicts by its code.
package enum FetchFailure: Error, Sendable, CaseIterable {
    /// Not an absolute address, or one with credentials.
    case url
    /// Neither `http` nor `https`.
    case scheme
    /// The host, or its port, is not among those allowed.
    case notAllowed
    /// The host's name leads to an address that is not a public one.
    case address
    /// Too many redirects, or one to where nothing may be fetched from.
    case redirect
    case connect
    case tls
    case timeout
    case tooLarge
    /// Answered, but not with 200.
    case status
    /// Response headers beyond their bound.
    case headers
    /// Compressed, although that was not asked for: no bytes of the file itself, and perhaps a bomb.
    case encoding
    /// The connection broke before all had come.
    case truncated
    case memory
    /// Anything else that went wrong on the way.
    case failed
    /// The task was cancelled.
    case cancelled

    var code: Code {
        switch self {
        case .url: "fetch-url"
        case .scheme: "fetch-scheme"
        case .notAllowed: "fetch-not-allowed"
        case .address: "fetch-address"
        case .redirect: "fetch-redirect"
        case .connect: "fetch-connect"
        case .tls: "fetch-tls"
        case .timeout: "fetch-timeout"
        case .tooLarge: "fetch-too-large"
        case .status: "fetch-status"
        case .headers: "fetch-headers"
        case .encoding: "fetch-encoding"
        case .truncated: "fetch-truncated"
        case .memory: "fetch-memory"
        case .failed: "fetch-failed"
        case .cancelled: "cancelled"
        }
    }
}
