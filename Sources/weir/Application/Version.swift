import CBuildInfo

/// What this build is.
enum Version {
    static let number = "0.1.0"
    /// The commit that was built, or "unknown": `make` tells the build, a bare `swift build` does not.
    static var commit: String { String(cString: weir_build_commit()) }
}
