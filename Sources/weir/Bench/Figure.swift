import Events
import Glibc

/// One measured figure, with what it should have been.
struct Figure: Sendable {
    enum Target: Sendable {
        case atMost(Double)
        case atLeast(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atMost(let limit): value <= limit
            case .atLeast(let limit): value >= limit
            }
        }
    }

    let name: String
    let value: Double
    let unit: String
    /// Things measured.
    let n: Int
    let seconds: Double
    var target: Target?
    /// What explains it: its parts in the same unit, or what else was measured of it.
    var profile: [(part: String, value: Double)] = []

    var isMet: Bool { target?.isMet(by: value) ?? true }

    /// One JSON object (interface, "weir bench").
    var line: [UInt8] {
        var out = ByteWriter()
        out.append("{\"name\":")
        out.appendJSON(name)
        out.append(",\"value\":")
        out.append(value, places: 3)
        out.append(",\"unit\":")
        out.appendJSON(unit)
        out.append(",\"n\":")
        out.append(n)
        out.append(",\"seconds\":")
        out.append(seconds, places: 3)
        if let target {
            switch target {
            case .atMost(let limit):
                out.append(",\"atMost\":")
                out.append(limit, places: 3)
            case .atLeast(let limit):
                out.append(",\"atLeast\":")
                out.append(limit, places: 3)
            }
            out.append(isMet ? ",\"met\":true" : ",\"met\":false")
        }
        for (index, entry) in profile.enumerated() {
            out.append(index == 0 ? ",\"profile\":{" : ",")
            out.appendJSON(entry.part)
            out.append(":")
            out.append(entry.value, places: 3)
            if index == profile.count - 1 { out.append("}") }
        }
        out.append(",\"machine\":")
        out.appendJSON(Machine.description)
        out.append("}\n")
        return out.bytes
    }
}

/// Where a figure was measured.
enum Machine {
    static let description: String = {
        return "\(model), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores"
    }()

    private static var model: String {
        guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 512)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") {
                return String(text[text.index(after: colon)...]).trimmingWhitespace
            }
        }
        return "unknown processor"
    }

    /// Processor time of all threads so far, in seconds.
    static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }

    /// Largest resident memory so far, in MiB.
    static var peakMebibytes: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) / 1_024
    }
}
