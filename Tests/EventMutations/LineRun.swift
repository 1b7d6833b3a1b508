internal import Configuration
internal import Events

/// Spoiled signal lines, outcomes and YAML files through their readers, and back where they are still read.
struct LineRun {
    private let signals = SignalLineReader()
    private let outcomes = OutcomeReader()
    private(set) var texts = 0
    private(set) var read = 0

    mutating func signal(_ line: [UInt8]) {
        texts += 1
        guard let signal = line.withUnsafeBytes({ try? signals.read($0) }) else { return }
        read += 1
        var out = ByteWriter()
        out.append(signal)
        let again = out.bytes.withUnsafeBytes { try? SignalLineReader().read($0) }
        require(again?.value == signal.value && again?.deleted == signal.deleted, "a signal is not read back")
    }

    mutating func outcome(_ text: [UInt8]) {
        texts += 1
        guard let outcome = text.withUnsafeBytes({ try? outcomes.read($0) }) else { return }
        read += 1
        var out = ByteWriter()
        out.append(outcome, source: "x")
        let again = out.bytes.withUnsafeBytes { try? OutcomeReader().read($0) }
        require(again == outcome, "an outcome is not read back")
    }

    /// What is still a mapping must do for an event whatever it says.
    mutating func mapping(_ text: [UInt8], event: [UInt8]) {
        texts += 1
        do throws(InvalidConfiguration) {
            let shape = try EventMapping.read(text, file: "mapping.yaml")
            read += 1
            var run = EventRun(shape: shape)
            run.decode(event)
            run.judge()
        } catch {
            require(!error.problems.isEmpty, "a mapping was refused without a word")
        }
    }

    mutating func yaml(_ text: [UInt8]) {
        texts += 1
        if (try? YAMLParser.parse(text, file: "x.yaml")) != nil { read += 1 }
    }
}
