import Events
import MetadataDetection
import Streaming

/// What is known of accounts and things as the tool prints it: one JSON object a line.
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

    static func thing(_ partition: Int32, _ summary: ThingSummary) -> [UInt8] {
        let known = summary.asCampaign
        var out = ByteWriter()
        out.append("{\"thing\":")
        out.appendJSON(known.kind.name)
        out.append(",\"signal\":")
        if let reference = summary.reference { out.appendJSON(reference) } else { out.append("null") }
        out.append(",\"partition\":")
        out.append(Int64(partition))
        out.append(",\"firstSeen\":")
        out.appendJSON(known.firstSeen)
        out.append(",\"lastSeen\":")
        out.appendJSON(known.time)
        append(
            [
                ("accounts", known.accounts), ("youngAccounts", known.youngAccounts), ("networks", known.networks),
            ], to: &out)
        out.append(",\"uploads\":{\"hour\":")
        out.append(known.lastHour)
        append([("day", summary.lastDay), ("week", summary.lastWeek)], to: &out)
        out.append("},\"campaign\":")
        if summary.isCampaign {
            out.append("{\"incident\":")
            out.appendJSON(known.name)
            out.append(",\"onset\":")
            out.appendJSON(known.onset)
            out.append("}")
        } else {
            out.append("null")
        }
        append([("waiting", summary.waiting), ("bytes", summary.bytes)], to: &out)
        out.append("}\n")
        return out.bytes
    }

    static func figures(_ subject: StateTopic.Subject, _ figures: StateFigures) -> [UInt8] {
        var out = ByteWriter()
        append(subject, figures, to: &out)
        out.append("}\n")
        return out.bytes
    }

    static func verification(_ verification: StateTopic.Verification) -> [UInt8] {
        var out = ByteWriter()
        append(verification.subject, verification.stored, to: &out)
        out.append(",\"recomputed\":")
        out.appendJSON(hex(verification.recomputed.fingerprint))
        if let tally = verification.outcome {
            out.append(",\"told\":{\"onsets\":")
            out.append(tally.onsets)
            append([("updates", tally.updates), ("ends", tally.ends)], to: &out)
            out.append("}")
            append(
                [("superseded", tally.superseded), ("repeated", tally.repeated), ("late", tally.late)], to: &out)
        }
        out.append(verification.isEqual ? ",\"equal\":true}\n" : ",\"equal\":false}\n")
        return out.bytes
    }

    private static func append(_ subject: StateTopic.Subject, _ figures: StateFigures, to out: inout ByteWriter) {
        out.append("{\"of\":")
        out.appendJSON(subject.rawValue)
        out.append(",\"partition\":")
        out.append(Int64(figures.partition))
        switch figures.known {
        case .accounts(let accounts): append([("accounts", accounts), ("events", figures.events)], to: &out)
        case .things(let things, let campaigns, let awaited):
            append(
                [
                    ("things", things), ("campaigns", campaigns), ("awaited", awaited),
                    ("sightings", figures.events),
                ], to: &out)
        }
        append([("recordBytes", figures.recordBytes), ("bytes", figures.bytes)], to: &out)
        if let newest = figures.newest {
            out.append(",\"newest\":")
            out.appendJSON(newest)
        }
        out.append(",\"nextOffset\":")
        out.append(figures.nextOffset ?? 0)
        out.append(",\"fingerprint\":")
        out.appendJSON(hex(figures.fingerprint))
    }

    private static func append(_ numbers: [(name: String, value: Int)], to out: inout ByteWriter) {
        for (name, value) in numbers {
            out.append(",")
            out.appendJSON(name)
            out.append(":")
            out.append(value)
        }
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
