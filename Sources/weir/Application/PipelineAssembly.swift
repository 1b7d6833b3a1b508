import Configuration
import Detection
import Events
import Glibc
import Kafka
import Media
import Pipeline
import Policy

/// What a configuration comes to: every file it names, read and checked.
struct PipelineAssembly: Sendable {
    let settings: Settings
    let blueprint: PipelineBlueprint
    let shape: EventShape
    let signalFiles: [String]
    let adminToken: [UInt8]?
    /// The user's own properties for all clients.
    let clientProperties: [String: String]
    let mediaHosts: AllowedHosts

    /// The settings of a file, or the defaults.
    static func settings(file: String?) throws -> Settings {
        guard let file else { return WeirSettings.standard }
        let reader = SettingsReader(known: WeirSettings.all, environment: Environment.variables)
        do {
            return try reader.read(try readFile(file, atMost: YAMLParser.maximumBytes), file: file)
        } catch let error as FileError {
            throw InvalidConfiguration([Problem(file: file, place: nil, key: "", message: error.reason)])
        }
    }

    /// - Parameters:
    ///   - file: where the settings came from; nil for the defaults.
    ///   - catalog: the detectors there are.
    /// - Throws: `InvalidConfiguration` with the problems of all files at once.
    init(_ settings: Settings, file: String?, catalog: [DetectorRegistration] = DetectorCatalog.all) throws {
        let locator = FileLocator(configuration: file)
        let problems = Problems(file: file ?? "configuration")
        var found: [Problem] = []
        func load<Value>(_ path: String, _ key: String, _ read: ([UInt8], String) throws -> Value) -> Value? {
            let path = locator.locate(path)
            do {
                return try read(try readFile(path, atMost: YAMLParser.maximumBytes), path)
            } catch let error as InvalidConfiguration {
                found += error.problems
            } catch let error as FileError {
                problems.add("\(error.path): \(error.reason)", key: key)
            } catch {
                problems.add("\(error)", key: key)
            }
            return nil
        }

        let document = load(settings[WeirSettings.pipeline], "pipeline") {
            try PipelineDocument($0, file: $1, catalog: catalog)
        }
        let policy = load(settings[WeirSettings.policy], "policy") { (try PolicyDocument($0, file: $1), $1) }
        let shadows = settings[WeirSettings.shadow].compactMap { path in
            load(path, "shadow") { (document: try PolicyDocument($0, file: $1), file: $1) }
        }
        shape =
            settings[WeirSettings.mapping].flatMap {
                load($0, "events.mapping") { try EventMapping.read($0, file: $1) }
            } ?? .standard
        signalFiles = settings[WeirSettings.signalFiles].map(locator.locate)
        for path in signalFiles where FileFingerprint(path: path) == nil {
            problems.add("\(path): no such file", key: "signals.files")
        }
        let secrets = SecretReader(locator: locator, problems: problems)
        adminToken = settings[WeirSettings.adminTokenFile].flatMap { secrets.read($0, "admin.tokenFile") }
        let accountKey = settings[WeirSettings.accountKeyFile].flatMap { secrets.read($0, "privacy.accountKeyFile") }
        clientProperties = secrets.resolve(settings[WeirSettings.properties], "kafka.properties")
        PipelineAssembly.checkProperties(clientProperties, problems)
        mediaHosts = PipelineAssembly.mediaHosts(settings, problems)

        if let document, let policy {
            let blueprint = PipelineBlueprint(
                document: document, catalog: catalog, policy: policy.0, policyFile: policy.1, shadows: shadows,
                group: settings[WeirSettings.group], accountKey: accountKey ?? Array(settings[WeirSettings.group].utf8),
                locate: locator.locate)
            found += blueprint.problems
            self.blueprint = blueprint
            self.settings = settings
            guard problems.found.isEmpty, found.isEmpty else { throw InvalidConfiguration(problems.found + found) }
        } else {
            throw InvalidConfiguration(problems.found + found)
        }
    }

    private static func mediaHosts(_ settings: Settings, _ problems: Problems) -> AllowedHosts {
        var hosts = AllowedHosts()
        for (index, entry) in settings[WeirSettings.mediaHosts].enumerated() {
            do {
                try hosts.add(entry)
            } catch {
                problems.add("\(error)", key: "media.allowHosts[\(index)]")
            }
        }
        let (budget, largest) = (settings[WeirSettings.mediaBudget], settings[WeirSettings.mediaBytes])
        if budget.bytes < largest.bytes {
            problems.add(
                "\(formatByteSize(budget.bytes)) has no room for one file of media.maxBytes, \(formatByteSize(largest.bytes)); "
                    + "raise the one or lower the other",
                key: "media.budget")
        }
        return hosts
    }

    private static func checkProperties(_ properties: [String: String], _ problems: Problems) {
        for (name, reason) in ClientProperties.reserved where properties[name] != nil {
            problems.add("is not yours to set: \(reason)", key: "kafka.properties.\(name)")
        }
        for problem in ClientProperties(properties).problems() { problems.add(problem, key: "kafka.properties") }
    }
}

/// The process's environment.
enum Environment {
    static var variables: [String: String] {
        var all: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { all[String(pair[0])] = String(pair[1]) }
            entry += 1
        }
        return all
    }
}

/// Reads secrets from files.
private struct SecretReader {
    let locator: FileLocator
    let problems: Problems

    /// Without the line end that editors leave behind.
    func read(_ path: String, _ key: String) -> [UInt8]? {
        do {
            var bytes = try readFile(locator.locate(path), atMost: 64 << 10)
            while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
            if bytes.isEmpty { problems.add("\(path): is empty", key: key) }
            return bytes
        } catch {
            problems.add("\(error)", key: key)
            return nil
        }
    }

    /// Replaces each property whose name ends in `File` by the one it stands for, and leaves out those without a
    /// value: so one file serves with and without TLS or SASL, as the environment has it (`${NAME:-}`).
    func resolve(_ properties: [String: String], _ key: String) -> [String: String] {
        var resolved: [String: String] = [:]
        for (name, value) in properties where !value.isEmpty {
            guard name.hasSuffix("File") else {
                resolved[name] = value
                continue
            }
            guard let secret = read(value, "\(key).\(name)") else { continue }
            resolved[String(name.dropLast("File".count))] = String(decoding: secret, as: UTF8.self)
        }
        return resolved
    }
}
