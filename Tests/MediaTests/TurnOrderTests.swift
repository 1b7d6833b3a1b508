import TestSupport
import Testing

@testable import Media

@Suite struct TurnOrderTests {
    private struct Visit: Equatable {
        let host: String
        let number: Int
    }

    /// Any order of comings, goings and withdrawals: bounds hold, each has one turn, one host's come in order, and nobody
    /// waits who could run.
    @Test(arguments: UInt64(1)...100) func turnsAreFair(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limit = Int.random(in: 1...6, using: &random)
        let perHost = Int.random(in: 1...limit, using: &random)
        var turns = TurnOrder<Visit>(limit: limit, limitPerHost: perHost)
        var waiting: [Visit] = []
        var running: [Visit] = []
        for number in 0..<500 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let visit = Visit(host: ["a", "b", "c"].randomElement(using: &random) ?? "", number: number)
                turns.enter(visit, host: visit.host)
                waiting.append(visit)
            case 5..<9:
                guard let index = running.indices.randomElement(using: &random) else { continue }
                turns.leave(host: running.remove(at: index).host)
            default:
                guard let visit = (waiting + running).randomElement(using: &random) else { continue }
                let isWaiting = waiting.contains(visit)
                #expect(turns.withdraw(host: visit.host) { $0 == visit } == (isWaiting ? visit : nil))
                waiting.removeAll { $0 == visit }
            }
            while let visit = turns.next() {
                #expect(waiting.first { $0.host == visit.host } == visit)
                waiting.removeAll { $0 == visit }
                running.append(visit)
            }
            let count = { (host: String) in running.count { $0.host == host } }
            #expect(running.count <= limit && turns.running == running.count)
            #expect(["a", "b", "c"].allSatisfy { count($0) <= perHost })
            #expect(running.count == limit || waiting.allSatisfy { count($0.host) == perHost })
            #expect(turns.isEmpty == (waiting.isEmpty && running.isEmpty))
        }
    }

    @Test func hostsComeInTurn() {
        var turns = TurnOrder<String>(limit: 1, limitPerHost: 1)
        for number in 0..<3 { turns.enter("a\(number)", host: "a") }
        for host in ["b", "c"] { turns.enter(host, host: host) }
        var order: [String] = []
        while let next = turns.next() {
            order.append(next)
            turns.leave(host: String(next.prefix(1)))
        }
        #expect(order == ["a0", "b", "c", "a1", "a2"])
    }
}
