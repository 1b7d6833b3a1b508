package import Events
package import Imaging

/// Why a picture has no hash.
package enum DecodeFailure: Error, Sendable, Equatable {
    case picture(PictureError)
    /// The process that decoded it died, or said what no honest one says.
    case crashed
    /// It took longer than it may.
    case timeout
    /// No process could be had to decode it.
    case unavailable

    package var code: Code {
        switch self {
        case .picture(.unsupported): "picture-unsupported"
        case .picture(.broken): "picture-broken"
        // What takes more memory than a picture of the largest size may take is larger than it says.
        case .picture(.tooLarge), .picture(.memory): "decode-too-large"
        case .crashed: "decode-crashed"
        case .timeout: "decode-timeout"
        case .unavailable: "decode-unavailable"
        }
    }
}
