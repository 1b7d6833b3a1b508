import FaultInjection
import Testing

struct FailpointPlanTests {
    @Test func entriesAreReadWithTheirConditions() throws {
        let plan = try FailpointPlan(
            "after-poll=exit@3; during-commit = exit(5ms)%0.25 ;mid-detector=delay(2s)*4;before-produce=error; seed=7")
        var during = FailpointPlan.Entry(.exit(after: .milliseconds(5)))
        during.probability = 0.25
        var poll = FailpointPlan.Entry(.exit(after: .zero))
        poll.turn = 3
        var detector = FailpointPlan.Entry(.delay(.seconds(2)))
        detector.most = 4
        #expect(
            plan.entries == [
                .afterPoll: poll, .duringCommit: during, .midDetector: detector,
                .beforeProduce: FailpointPlan.Entry(.error),
            ])
    }

    @Test(
        arguments: [
            ("after-pool=exit", "no place \"after-pool\"; known: after-poll,"),
            ("after-poll", "\"after-poll\": expected PLACE=ACTION"),
            ("after-poll=explode", "\"explode\": expected exit, exit(TIME), pause, delay(TIME) or error"),
            ("after-poll=delay", "\"delay\": expected exit"),
            ("after-poll=pause(5s)", "\"pause(5s)\": expected exit"),
            ("after-poll=delay(5)", "\"(5)\": expected a time such as"),
            ("after-poll=delay(700s)", "\"(700s)\": expected a time such as"),
            ("after-poll=exit@0", "\"exit@0\": @0 is no number that fits"),
            ("after-poll=exit%1.5", "\"exit%1.5\": %1.5 is no number that fits"),
            ("after-poll=exit*x", "\"exit*x\": *x is no number that fits"),
            ("after-poll=error", "after-poll: nothing can fail there"),
            ("recovery=exit;recovery=pause", "recovery: stands twice"),
            ("seed=x", "seed=x: expected a whole number"),
        ])
    func whatCannotBeReadIsSaid(text: String, message: String) {
        do {
            _ = try FailpointPlan(text)
            Issue.record("\(text) is read")
        } catch {
            #expect("\(error)".hasPrefix(message), "\(error)")
        }
    }

    @Test func turnsAndBoundsAreCounted() throws {
        let plan = try FailpointPlan("after-commit=error@3;recovery=error*2")
        #expect((1...5).map { _ in plan.due(at: .afterCommit) != nil } == [false, false, true, false, false])
        #expect((1...4).map { _ in plan.due(at: .recovery) != nil } == [true, true, false, false])
        #expect(plan.due(at: .afterPoll) == nil)
    }

    @Test func drawsFollowFromTheSeed() throws {
        func draws(_ seed: Int) throws -> [Bool] {
            let plan = try FailpointPlan("recovery=error%0.3;seed=\(seed)")
            return (0..<400).map { _ in plan.due(at: .recovery) != nil }
        }
        #expect(try draws(1) == draws(1))
        #expect(try draws(1) != draws(2))
        #expect((80...160).contains(try draws(1).count { $0 }))
    }

    @Test func withoutTheVariableNothingHappens() throws {
        #expect(!Failpoint.isArmed)
        for point in Failpoint.allCases {
            try point.hit()
            point.pass()
        }
    }
}
