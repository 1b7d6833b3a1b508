import Operations

extension Commands {
    static let demo = Command(
        "demo", summary: "see uploads become verdicts, on a broker in this process; no set-up",
        options: [
            Option(switch: "--serve", "Keep running, with the admin server, until Ctrl-C."),
            Option("--listen", "HOST:PORT", "Where the admin server of --serve listens; default 127.0.0.1:9464."),
            Option(
                "--shares", "N",
                "How many accounts share a harmless picture, 1 to 20000; default 10000. From the 61st on all at once, and let "
                    + "be without a row of their own."),
            Option(switch: "--json", "Print the verdicts as the audit topic gets them, one a line, and nothing else."),
        ],
        example: "weir demo",
        discussion: """
            Some 170 uploads of a small imaginary platform: posts in four languages, three disguised texts that people are
            to see and three innocent ones that are to be let be, pictures drawn here and copies of a known one, a burst
            from new accounts, a live stream, records that are no events, and three decisions of people on what was put
            before them; a picture that nobody knows, from 40 accounts of the last day, and one that is merely popular, with
            ten thousand. Ends by itself; the exit code is 1 if a record never came out, or a text was taken for another.
            Colours only on a terminal, and not if NO_COLOR is set.
            """
    ) { invocation in
        if invocation.has("--listen"), !invocation.has("--serve") {
            throw UsageError("weir demo: --listen goes with --serve", command: invocation.command)
        }
        let serve = invocation.has("--serve") ? invocation.value("--listen") ?? "127.0.0.1:9464" : nil
        var shares = DemoCampaign.shares
        if let text = invocation.value("--shares") {
            guard let number = Int(text), (1...DemoCampaign.mostShares).contains(number) else {
                throw UsageError(
                    "weir demo: --shares must be 1 to \(DemoCampaign.mostShares), not \"\(text)\"",
                    command: invocation.command)
            }
            shares = number
        }
        return try await Demo(isJSON: invocation.has("--json"), serve: serve, shares: shares).run()
    }
}
