internal import CICU

/// Owns ICU's side of folding, with its buffers. For one thread at a time.
final class ICUFolder {
    let handle: OpaquePointer

    init() {
        guard let handle = weir_icu_folder_create() else { fatalError("out of memory") }
        self.handle = handle
    }

    deinit { weir_icu_folder_destroy(handle) }

    /// NFKC_Casefold of valid UTF-8; nil if ICU fails, which it does when its data or memory is missing.
    func fold(_ text: [UInt8]) -> [UInt8]? {
        text.withUnsafeBytes { text in
            var folded: UnsafePointer<CChar>?
            var count = 0
            guard weir_icu_fold(handle, text.baseAddress, text.count, &folded, &count) == 0 else { return nil }
            return Array(UnsafeRawBufferPointer(start: folded, count: count))
        }
    }
}
