internal import CImaging

/// Why bytes gave no picture.
package enum PictureError: Error, Sendable, CaseIterable {
    /// No reader here knows the format, or this variant of it.
    case unsupported
    /// Damaged, cut off, or not what it says it is.
    case broken
    /// More pixels than allowed; found out before decoding.
    case tooLarge
    case memory

    /// nil for success.
    init?(_ result: weir_imaging_result) {
        switch result {
        case WEIR_IMAGING_OK: return nil
        case WEIR_IMAGING_UNSUPPORTED: self = .unsupported
        case WEIR_IMAGING_TOO_LARGE: self = .tooLarge
        case WEIR_IMAGING_MEMORY: self = .memory
        default: self = .broken
        }
    }
}
