import Testing

@testable import Operations

@Suite struct MetricsTests {
    @Test func countersAndGauges() {
        let registry = MetricsRegistry()
        let counter = registry.counter("b_total", "Counts.", labels: ["topic", "outcome"])
        counter["uploads", "verdict"].increment()
        counter["uploads", "verdict"].increment(by: 4)
        counter["uploads", "verdict"].increment(by: -3)
        counter["live", "verdict"].increment(by: 0)
        registry.gauge("a", "A figure.")[].set(-1.5)
        #expect(
            registry.prometheusText() == """
                # HELP a A figure.
                # TYPE a gauge
                a -1.5
                # HELP b_total Counts.
                # TYPE b_total counter
                b_total{topic="live",outcome="verdict"} 0
                b_total{topic="uploads",outcome="verdict"} 5

                """)
    }

    @Test func labelsAndHelpAreEscaped() {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", "One \\ two\nthree \"four\".", labels: ["label"])
        counter["back\\slash \"quote\" new\nline"].increment()
        #expect(
            registry.prometheusText() == #"""
                # HELP a_total One \\ two\nthree "four".
                # TYPE a_total counter
                a_total{label="back\\slash \"quote\" new\nline"} 1

                """#)
    }

    @Test func numbersAreThoseOfTheFormat() {
        let registry = MetricsRegistry()
        registry.gauge("a", "Figures.", labels: ["n"]) {
            [
                0, 1, -2, 0.25, 1e-9, 1e15, 1.5e300, .infinity, -.infinity, .nan, 123_456_789,
            ].enumerated().map { .init(["\($0.offset)"], $0.element) }
        }
        let values = registry.prometheusText().split(separator: "\n").dropFirst(2).compactMap {
            $0.split(separator: " ").last.map(String.init)
        }
        #expect(
            values == [
                "0", "1", "-2", "0.25", "1e-09", "1000000000000000.0", "1.5e+300", "+Inf", "-Inf", "NaN", "123456789",
            ])
    }

    @Test func histogramsAreCumulative() {
        let histogram = Histogram(bounds: [0.1, 1, 10])
        for value in [0.05, 0.1, 0.100_1, 1, 2, 11, 1_000] { histogram.observe(value) }
        histogram.observe(count: 2) { $0 == 0 ? 0.5 : 0.6 }
        histogram.observe(Duration.milliseconds(1_500))
        #expect(histogram.snapshot.counts == [2, 4, 2, 2])

        let registry = MetricsRegistry()
        let family = registry.histogram("h_seconds", "Time.", labels: ["stage"])
        family["triage"].observe(0.002)
        family["triage"].observe(0.5)
        family["triage"].observe(500)
        let lines = registry.prometheusText().split(separator: "\n").map(String.init)
        #expect(lines[0] == "# HELP h_seconds Time.")
        #expect(lines[1] == "# TYPE h_seconds histogram")
        let buckets = lines.filter { $0.hasPrefix("h_seconds_bucket") }
        #expect(buckets.count == Histogram.secondsBounds.count + 1)
        #expect(buckets[0] == #"h_seconds_bucket{stage="triage",le="0.0005"} 0"#)
        #expect(buckets[2] == #"h_seconds_bucket{stage="triage",le="0.0025"} 1"#)
        #expect(buckets.contains(#"h_seconds_bucket{stage="triage",le="0.5"} 2"#))
        #expect(buckets.contains(#"h_seconds_bucket{stage="triage",le="120"} 2"#))
        #expect(buckets.last == #"h_seconds_bucket{stage="triage",le="+Inf"} 3"#)
        let counts = buckets.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(counts == counts.sorted())
        #expect(lines.suffix(2) == [#"h_seconds_sum{stage="triage"} 500.502"#, #"h_seconds_count{stage="triage"} 3"#])
    }

    /// Labels may come from outside, as those of signals do: they must not fill the memory.
    @Test func aFamilyIsBounded() {
        let registry = MetricsRegistry()
        let family = registry.counter("a_total", "Counts.", labels: ["label", "more"])
        let many = MetricFamily<Counter>.mostMembers + 100
        for number in 0..<many { family["label-\(number)", "x"].increment() }
        family["label-0", "x"].increment()
        let all = family.all
        #expect(all.count == MetricFamily<Counter>.mostMembers + 1)
        #expect(all.first { $0.values == ["label-0", "x"] }?.metric.value == 2)
        #expect(all.first { $0.values == ["other", "other"] }?.metric.value == 100)
        // What was there before goes on.
        #expect(all.reduce(0) { $0 + $1.metric.value } == UInt64(many + 1))
    }

    @Test func manyTasksCountTogether() async {
        let registry = MetricsRegistry()
        let counter = registry.counter("a_total", "Counts.", labels: ["n"])
        let histogram = Histogram(bounds: [1])
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask {
                    for _ in 0..<500 {
                        counter["\(task % 3)"].increment()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.all.reduce(0) { $0 + $1.metric.value } == 10_000)
        #expect(histogram.snapshot.counts == [10_000, 0])
    }
}
