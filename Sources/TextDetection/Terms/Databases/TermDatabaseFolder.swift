internal import CVectorscan
internal import Configuration
internal import Events
internal import Glibc

/// A directory in which compiled databases are kept, so that a start with the same terms need not compile them.
///
/// A file's name is the SHA-256 of all that decides its bytes. What can't be used, read or written costs the time of
/// compiling, and a line in the log.
struct TermDatabaseFolder: Sendable {
    /// The databases that were used last; older ones go.
    static let mostFiles = 8
    private static let suffix = ".hsdb"
    private static let unfinished = ".hsdb.new"

    let path: String
    let platform: TermPlatform?
    private let log: @Sendable (String, [String: String]) -> Void

    init(
        _ path: String, platform: TermPlatform? = .current,
        log: @escaping @Sendable (_ message: String, _ facts: [String: String]) -> Void
    ) {
        self.path = path
        self.platform = platform
        self.log = log
    }

    /// Blocks. The database of these texts: from its file, or compiled and then kept.
    func database(
        of texts: ContiguousArray<[UInt8]>, compiling compile: () throws(TermCompileError) -> TermDatabase
    ) throws(TermCompileError) -> TermDatabase {
        guard let platform else { return try compile() }
        let key = platform.key(of: texts)
        let file = self.file(of: key)
        if let database = read(file, key) { return database }
        let database = try compile()
        do throws(FileError) {
            try write(database, key, to: file)
        } catch {
            log("database of terms not kept: the next start compiles it again", ["error": "\(error)"])
        }
        return database
    }

    func file(of key: Digest256) -> String {
        var name = ByteWriter(capacity: 64)
        name.appendHex(key)
        return "\(path)/\(String(decoding: name.bytes, as: UTF8.self))\(TermDatabaseFolder.suffix)"
    }

    // MARK: Reading

    private func read(_ file: String, _ key: Digest256) -> TermDatabase? {
        guard access(file, F_OK) == 0 else { return nil }
        do {
            let bytes = try readFile(file, atMost: TermDatabaseFile.largest)
            let database = try bytes.withUnsafeBytes { try TermDatabase(try TermDatabaseFile.contents(of: $0, key)) }
            // So that it is not among those that go.
            utimensat(AT_FDCWD, file, nil, 0)
            return database
        } catch {
            log("database of terms not used, compiled anew", ["file": file, "reason": "\(error)"])
            return nil
        }
    }

    // MARK: Writing

    /// Beside the one that may be there, whose place it takes when all of it is on the disk.
    private func write(_ database: TermDatabase, _ key: Digest256, to file: String) throws(FileError) {
        try TermDatabaseFolder.make(path[...])
        let temporary = file + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw TermDatabaseFolder.failure(temporary) }
        defer { close(descriptor) }
        // Another process is at it, with the same bytes.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
        do throws(FileError) {
            guard ftruncate(descriptor, 0) == 0 else { throw TermDatabaseFolder.failure(temporary) }
            let written = database.withSerialized { bytes -> FileError? in
                let header = TermDatabaseFile.header(key, of: bytes)
                let isWritten =
                    header.withUnsafeBytes { TermDatabaseFolder.write($0, to: descriptor) }
                    && TermDatabaseFolder.write(bytes, to: descriptor) && fsync(descriptor) == 0
                return isWritten ? nil : TermDatabaseFolder.failure(temporary)
            }
            switch written {
            case nil: throw FileError(path: temporary, reason: "Vectorscan does not give its bytes")
            case .some(let failure?): throw failure
            case .some(nil): break
            }
            guard rename(temporary, file) == 0 else { throw TermDatabaseFolder.failure(file) }
        } catch {
            unlink(temporary)
            throw error
        }
        // Without this the name may be lost by a power cut: then it is compiled again.
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
        removeOld()
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count >= 0 { done += count } else if errno != EINTR { return false }
        }
        return true
    }

    /// With those above it; for nobody else, since whoever can write there decides what is done.
    private static func make(_ folder: Substring) throws(FileError) {
        if folder.isEmpty || mkdir(String(folder), 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else {
            throw failure(String(folder))
        }
        try make(folder[..<slash])
        guard mkdir(String(folder), 0o700) == 0 || errno == EEXIST else { throw failure(String(folder)) }
    }

    private static func failure(_ path: String) -> FileError {
        FileError(path: path, reason: String(cString: strerror(errno)))
    }

    // MARK: Old ones

    /// Leaves those that were used last, and what another process may be writing.
    private func removeOld() {
        guard let folder = opendir(path) else { return }
        defer { closedir(folder) }
        var files: [(name: String, used: (Int, Int))] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard stat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if name.hasSuffix(TermDatabaseFolder.suffix) {
                files.append((name, (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)))
            } else if name.hasSuffix(TermDatabaseFolder.unfinished), status.st_mtim.tv_sec < time(nil) - 3_600 {
                unlink("\(path)/\(name)")
            }
        }
        files.sort { ($0.used.0, $0.used.1, $0.name) > ($1.used.0, $1.used.1, $1.name) }
        for file in files.dropFirst(TermDatabaseFolder.mostFiles) { unlink("\(path)/\(file.name)") }
    }
}
