import TestSupport
import Testing

@testable import Pipeline

@Suite struct ReleaseWindowTests {
    /// The window, kept in the plainest way: a list of all tickets, each with what became of it.
    private struct Model {
        var tickets: [(isDone: Bool, result: Int?)] = []
        var head = 0
        let capacity: Int

        mutating func admit() -> Int? {
            guard tickets.count - head < capacity else { return nil }
            tickets.append((false, nil))
            return tickets.count - 1
        }

        mutating func finish(_ ticket: Int, _ result: Int) -> [Int] {
            guard ticket >= head else { return [] }
            tickets[ticket] = (true, result)
            var released: [Int] = []
            while head < tickets.count, tickets[head].isDone {
                if let result = tickets[head].result { released.append(result) }
                head += 1
            }
            return released
        }

        mutating func abandon() -> Set<Int> {
            defer { head = tickets.count }
            return Set(tickets[head...].compactMap(\.result))
        }
    }

    @Test(arguments: UInt64(1)...60) func doesWhatThePlainModelDoes(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let capacity = Int.random(in: 1...7, using: &random)
        var window = ReleaseWindow<Int>(capacity: capacity)
        var model = Model(capacity: capacity)
        var open: [Int] = []
        var late: [Int] = []
        for step in 0..<1_000 {
            switch Int.random(in: 0..<20, using: &random) {
            case 0:
                #expect(Set(window.abandon()) == model.abandon())
                late += open
                open = []
            case 1..<10:
                let ticket = window.admit()
                #expect(ticket == model.admit())
                if let ticket { open.append(ticket) }
            case 10 where !late.isEmpty:
                // What comes in after the window was abandoned is dropped.
                let ticket = late.remove(at: Int.random(in: 0..<late.count, using: &random))
                #expect(window.finish(ticket, with: step).isEmpty)
            default:
                guard !open.isEmpty else { continue }
                let ticket = open.remove(at: Int.random(in: 0..<open.count, using: &random))
                #expect(window.finish(ticket, with: step) == model.finish(ticket, step))
            }
            #expect(window.inFlight == model.tickets.count - model.head)
            #expect(window.hasRoom == (window.inFlight < capacity))
        }
    }

    @Test func resultsLeaveInTheOrderOfIntake() {
        var window = ReleaseWindow<String>(capacity: 3)
        let tickets = [window.admit(), window.admit(), window.admit()].compactMap(\.self)
        #expect(tickets == [0, 1, 2])
        #expect(window.admit() == nil)
        #expect(window.finish(2, with: "c") == [])
        #expect(window.finish(0, with: "a") == ["a"])
        #expect(window.admit() == 3)
        #expect(window.finish(1, with: "b") == ["b", "c"])
        #expect(window.inFlight == 1)
    }
}
