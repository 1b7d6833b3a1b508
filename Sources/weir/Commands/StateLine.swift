import Events
import MetadataDetection
import Streaming

/// What is known of accounts as the tool prints it: one JSON object a line.
enum StateLine {
    static func account(_ account: String, _ partition: Int32, _ summary: AccountSummary) -> [UInt8] {
        var out = ByteWriter()
        out.append("{\"account\":")
        out.appendJSON(account)
        out.append(",\"partition\":")
        out.append(Int64(partition))
        out.append(",\"firstSeen\":")
        out.appendJSON(summary.firstSeen)
        out.append(",\"lastSeen\":")
        out.appendJSON(summary.lastSeen)
        if let returned = summary.returned {
            out.append(",\"returned\":{\"at\":")
            out.appendJSON(returned.at)
            out.append(",\"afterHours\":")
            out.append(returned.afterHours)
            out.append("}")
        }
        out.append(",\"did\":{")
        for (index, counts) in summary.counts.enumerated() {
            if index > 0 { out.append(",") }
            out.appendJSON(counts.name)
            out.append(":{\"hour\":")
            out.append(counts.lastHour)
            out.append(",\"day\":")
            out.append(counts.lastDay)
            out.append(",\"week\":")
            out.append(counts.lastWeek)
            out.append("}")
        }
        out.append("}")
        if let strikes = summary.strikes {
            out.append(",\"strikes\":{\"left\":")
            out.append(Double(strikes.thousandths) / 1_000, places: 3)
            if let terrorism = strikes.terrorism {
                out.append(",\"terrorism\":")
                out.appendJSON(terrorism)
            }
            if let removed = strikes.removed {
                out.append(",\"removed\":")
                out.appendJSON(removed)
            }
            out.append("}")
        }
        out.append(",\"hosts\":")
        out.append(summary.hosts)
        out.append(",\"hashtags\":")
        out.append(summary.hashtags)
        out.append(",\"bytes\":")
        out.append(summary.bytes)
        out.append("}\n")
        return out.bytes
    }

    static func figures(_ figures: StateFigures) -> [UInt8] {
        var out = ByteWriter()
        append(figures, to: &out)
        out.append("}\n")
        return out.bytes
    }

    static func verification(_ verification: StateTopic.Verification) -> [UInt8] {
        var out = ByteWriter()
        append(verification.stored, to: &out)
        out.append(",\"recomputed\":")
        out.appendJSON(hex(verification.recomputed.fingerprint))
        out.append(verification.isEqual ? ",\"equal\":true}\n" : ",\"equal\":false}\n")
        return out.bytes
    }

    private static func append(_ figures: StateFigures, to out: inout ByteWriter) {
        out.append("{\"partition\":")
        out.append(Int64(figures.partition))
        out.append(",\"accounts\":")
        out.append(figures.accounts)
        out.append(",\"events\":")
        out.append(figures.events)
        out.append(",\"recordBytes\":")
        out.append(figures.recordBytes)
        out.append(",\"bytes\":")
        out.append(figures.bytes)
        if let newest = figures.newest {
            out.append(",\"newest\":")
            out.appendJSON(newest)
        }
        out.append(",\"nextOffset\":")
        out.append(figures.nextOffset ?? 0)
        out.append(",\"fingerprint\":")
        out.appendJSON(hex(figures.fingerprint))
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
