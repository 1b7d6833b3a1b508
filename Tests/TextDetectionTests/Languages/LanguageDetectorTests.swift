import Configuration
import Detection
import Events
import Signals
import Testing

@testable import TextDetection

@Suite struct LanguageDetectorTests {
    private let english = "The library is closed because they are painting the rooms."
    private let polish = "Biblioteka nie jest otwarta, bo oni malują sale na pierwszym piętrze oraz schody."
    private let amharic = "ሰኞ ቀን ቤተ መጻሕፍቱ ክፍት አይደለም"

    private func findings(
        _ posts: [Post], covered: [String]? = nil, _ signals: [Signal] = [], _ selection: Selection? = nil
    ) throws -> [String] {
        var settings = Settings(known: LanguageDetector.registration.settings)
        if let covered { settings = settings.with(LanguageDetector.covered, covered) }
        let made = try LanguageDetector.registration.make(
            DetectorContext(signals: SignalSet(signals), settings: settings))
        let detector = try #require(made as? LanguageDetector)
        let batch = try batch(posts)
        let found = detector.inspect(
            Inspection(
                batch: batch, selection: selection ?? .all(batch.count),
                media: MediaFacts(unreadCount: batch.media.count)))
        #expect(found.unavailable.isEmpty)
        return found.found.map { words($0) + " " + ($0.language?.description ?? "") }
    }

    @Test func aLanguageThatIsNotCoveredIsNamed() throws {
        let posts = [
            Post(english), Post(polish, title: english), Post(amharic, title: polish), Post(""), Post("ok"),
            Post("Co?", title: ""),
        ]
        #expect(
            try findings(posts) == [
                "1 uncovered-language body 0..<\(polish.utf8.count) pl",
                "2 uncovered-language title 0..<\(polish.utf8.count) pl",
                "2 uncovered-language body 0..<\(amharic.utf8.count) und-Ethi",
            ])
        #expect(try findings(posts, [], .some([2, 4])).count == 2)
    }

    @Test func whatTheEventStatesHasNoPart() throws {
        #expect(try findings([Post(english, language: "pl"), Post(polish, language: "en")]).count == 1)
    }

    @Test func settingsAndSignalsCover() throws {
        let posts = [Post(english), Post(polish), Post(amharic)]
        #expect(try findings(posts, covered: []).count == 3)
        #expect(
            try findings(posts, covered: ["pl", "am"]) == ["0 uncovered-language body 0..<\(english.utf8.count) en"])
        #expect(try findings(posts, covered: ["und-Ethi", "EN", "pl-PL"]).isEmpty)
        var term = signal("rzepa")
        term.languages = ["pl-PL"]
        #expect(try findings(posts, [term]).count == 1)
        // One that names none holds for all languages and says nothing of any.
        #expect(try findings(posts, [signal("turnip")]).count == 2)
        // Of other types' languages nobody looks at the text.
        var link = Signal(type: .domain, value: "site.example")
        link.languages = ["pl"]
        #expect(try findings(posts, [link]).count == 2)
    }

    @Test func alikeLanguagesAreNotNamed() throws {
        let malay = "Buku ini untuk semua orang yang ada di sini, dan saya juga akan membaca itu dengan anda."
        #expect(try findings([Post(malay)], covered: ["en"]).isEmpty)
    }

    /// Only the beginning of a long text is read.
    @Test func aLongTextIsReadUntilItIsSure() throws {
        let long = String(repeating: polish + " ", count: 100) + String(repeating: english, count: 100)
        #expect(try findings([Post(long)]) == ["0 uncovered-language body 0..<\(long.utf8.count) pl"])
        let late = String(repeating: "x1 ", count: LanguageDetector.longest / 3 + 1) + polish
        #expect(try findings([Post(late)]).isEmpty)
    }

    @Test func theSettingTakesKnownLanguagesOnly() {
        func read(_ tag: String) -> String? {
            Language.format.read(YAMLNode(.scalar(tag, plain: true), at: Place(line: 1, column: 1)))
        }
        #expect(read("pl") == "pl")
        #expect(read("tlh") == nil)
    }

    @Test func versionsNameWhatTheyRestOn() {
        #expect(LanguageDetector.registration.identity.version.hasPrefix("1+lang."))
        #expect(TermDetector.registration.identity.version.contains("+lang."))
        #expect(TermDetector.registration.identity.version.contains("+cld2.2.0-2"))
    }
}
