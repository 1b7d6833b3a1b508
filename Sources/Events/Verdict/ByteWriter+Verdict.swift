/// What stands alike in verdicts, in decisions on them, and in what tools print.
extension ByteWriter {
    /// `{"topic":"…","partition":0,"offset":0}`
    package mutating func appendPlace(_ topic: String, _ partition: Int32, _ offset: Int64) {
        append("{\"topic\":")
        appendJSON(topic)
        append(",\"partition\":")
        append(Int64(partition))
        append(",\"offset\":")
        append(offset)
        append("}")
    }

    package mutating func appendPlace(_ place: RecordPlace) {
        appendPlace(place.topic, place.partition, place.offset)
    }

    /// `,"action":"…","preserve":true,"labels":[…]`, of which `preserve` stands only where it is true.
    mutating func appendDecision(_ action: Action, preserve: Bool, labels: [String]) {
        append(",\"action\":\"")
        append(action.name)
        append("\"")
        if preserve { append(",\"preserve\":true") }
        append(",\"labels\":")
        appendJSON(labels)
    }
}
