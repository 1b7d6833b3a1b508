/// A text of the demo that is there to be taken for what it is: three that hide a known name or site, which people are to
/// see, and three that simple filters would hold back, which are to be let be.
struct DemoText: Sendable {
    enum Kind: Sendable {
        case disguised, innocent

        var action: String { self == .disguised ? "review" : "allow" }
    }

    let name: String
    let kind: Kind
    let language: String
    let text: String

    private init(_ name: String, _ kind: Kind, _ language: String, _ text: String) {
        self.name = name
        self.kind = kind
        self.language = language
        self.text = text
    }

    static let all = [
        // Cyrillic Т, р and о.
        DemoText("hidden-letters", .disguised, "en", "Join the \u{422}urni\u{440} Fr\u{43E}nt tonight"),
        DemoText("hidden-spaces", .disguised, "en", "Join the T u r\u{200B} n i p  F.r.o.n.t tonight"),
        DemoText("hidden-link", .disguised, "en", "Sign up: hxxp://turnip-front[.]example tonight"),
        // The known words, apart, and a given name on which a list of single words would strike.
        DemoText("innocent-name", .innocent, "en", "Jihad is nine: turnip soup in front of the school"),
        DemoText("innocent-word", .innocent, "en", "The turnip frontier: farmers plant further north"),
        // "In prayer the forehead touches the ground; then turnip soup for all." The word for forehead is that for front.
        DemoText("innocent-prayer", .innocent, "ar", "في السجود تلمس الجبهة الأرض، ثم حساء اللفت للجميع"),
    ]

    /// Of a content id, in later rounds too, whose names have an ending.
    static func named(_ content: String) -> DemoText? {
        all.first { content == $0.name || content.hasPrefix("\($0.name)-r") }
    }

    /// As it is written, with what nobody sees made visible.
    static func shown(_ text: some StringProtocol) -> String {
        text.unicodeScalars.reduce(into: "") { shown, scalar in
            if scalar.properties.isDefaultIgnorableCodePoint {
                shown += "<\(String(scalar.value, radix: 16, uppercase: true))>"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
    }

    /// Some bytes of it, as a finding names them; nil if they are not characters of it.
    func excerpt(_ start: Int, _ end: Int) -> String? {
        guard start >= 0, start < end, end <= text.utf8.count else { return nil }
        return String(validating: Array(text.utf8)[start..<end], as: UTF8.self)
    }

    var event: DemoEvent {
        var event = DemoEvent(name, by: "a-t-\(name)")
        (event.language, event.text) = (language, text)
        return event
    }
}
