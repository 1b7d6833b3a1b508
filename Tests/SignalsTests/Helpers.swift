import Events

@testable import Signals

func signal(
    _ type: SignalType, _ value: String, _ opinion: Opinion = .positive, source: String? = nil, labels: [String] = [],
    updatedAt: Int64? = nil, expiresAt: Int64? = nil, deleted: Bool = false
) -> Signal {
    var signal = Signal(type: type, value: value)
    signal.opinion = opinion
    signal.source = source
    signal.labels = labels
    signal.updatedAt = updatedAt.map { Timestamp(milliseconds: $0 * 1_000) }
    signal.expiresAt = expiresAt.map { Timestamp(milliseconds: $0 * 1_000) }
    signal.deleted = deleted
    return signal
}

extension Timestamp {
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }
}

extension String {
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try Array(utf8).withUnsafeBytes(body)
    }
}
