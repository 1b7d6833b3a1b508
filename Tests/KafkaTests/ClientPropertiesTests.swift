internal import Testing

@testable internal import Kafka

@Suite struct ClientPropertiesTests {
    @Test func scramIsRefusedByALibraryThatDoesItWrong() throws {
        let problems = ClientProperties(["sasl.mechanism": "SCRAM-SHA-512"]).problems()
        // The reason and the ways out; a library from 2.2 on has no such problem.
        let isOld = KafkaLibrary.version.hasPrefix("2.0") || KafkaLibrary.version.hasPrefix("1.")
        #expect(problems.isEmpty != isOld)
        if isOld {
            let problem = try #require(problems.first)
            for word in ["SCRAM-SHA-512", KafkaLibrary.version, "PLAIN over TLS", "mutual TLS", "OAUTHBEARER", "2.2"] {
                #expect(problem.contains(word))
            }
        }
    }

    @Test func plainIsNoProblem() {
        #expect(ClientProperties(["sasl.mechanism": "PLAIN", "security.protocol": "sasl_ssl"]).problems().isEmpty)
    }

    @Test func unknownPropertiesAndValuesAreNamed() {
        let problems = ClientProperties(["linger.msec": "5", "acks": "many", "linger.ms": "5"]).problems()
        #expect(problems.count == 2)
        #expect(problems.contains { $0.hasPrefix("linger.msec: ") })
        #expect(problems.contains { $0.hasPrefix("acks: ") })
    }

    @Test func whatWouldPassOverUploadsIsRefused() {
        for value in ["latest", "end", "largest"] {
            #expect(ClientProperties(["auto.offset.reset": value]).problems().count == 1)
        }
        for value in ["earliest", "error"] {
            #expect(ClientProperties(["auto.offset.reset": value]).problems().isEmpty)
        }
    }

    @Test func theUsersPropertiesWinOverTheDefaults() {
        let properties = ClientProperties.producer.merging(["linger.ms": "77"])
        #expect(properties["linger.ms"] == "77")
        #expect(properties["compression.type"] == "lz4")
    }

    @Test func defaultsAreTakenByTheLibrary() {
        #expect(ClientProperties.consumer.problems().isEmpty)
        #expect(ClientProperties.producer.problems().isEmpty)
    }
}
