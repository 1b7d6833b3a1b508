import Configuration
import Events
import HashDetection
import Imaging

/// A small imaginary platform: what is known on it, and what is uploaded. The organisation that it must not help, the
/// Turnip Front, exists nowhere else.
struct DemoPlatform: Sendable {
    /// As a signals file.
    let signals: [UInt8]
    private let pictures: DemoPictures
    /// Accounts that share the popular picture.
    private let shareCount: Int

    private static let video = SHA256.hash(Array("demo: a video that is known".utf8))
    private static let seed = SHA256.hash(Array("demo: somebody thinks that this is known".utf8))
    private static let disputed = SHA256.hash(Array("demo: sources disagree on this".utf8))
    private static let segment = SHA256.hash(Array("demo: a live segment that is known".utf8))

    init(shares: Int) throws {
        let pictures = try DemoPictures()
        let known = try Pixels.decode(pictures.known.span.bytes, maxPixels: 10_000_000)
        signals = DemoPlatform.signals(known: PDQ.hash(known).hash)
        self.pictures = pictures
        shareCount = shares
    }

    private static func signals(known picture: Digest256) -> [UInt8] {
        var out = ByteWriter()
        func add(
            _ type: SignalType, _ value: String, _ opinion: Opinion = .positive, id: String,
            source: String = "demo-exchange", match: TermMatch = .word
        ) {
            var signal = Signal(type: type, value: value)
            signal.opinion = opinion
            signal.match = match
            signal.labels = ["TVEC1"]
            signal.source = source
            signal.id = id
            out.append(signal)
        }
        add(.pdq, hex(picture), id: "picture")
        add(.sha256, hex(video), id: "video")
        add(.sha256, hex(segment), id: "segment")
        add(.sha256, hex(seed), .seed, id: "seed")
        add(.sha256, hex(disputed), id: "disputed-a")
        add(.sha256, hex(disputed), .negative, id: "disputed-b", source: "demo-newsroom")
        // Spaced letters too are looked for, in this one.
        add(.phrase, "Turnip Front", id: "name", match: .despaced)
        for name in ["Barisan Lobak", "جبهة اللفت", "Front du Navet"] { add(.phrase, name, id: "name") }
        add(.domain, "turnip-front.example", id: "site")
        return out.bytes
    }

    /// Everything that is uploaded, in order; each is made when it is asked for, so that its times are true.
    /// - Parameter round: makes the ids of one round differ from those of another.
    func samples(round: Int = 0) -> [(Timestamp) -> DemoSample] {
        let suffix = round == 0 ? "" : "-r\(round)"
        let texts = DemoText.all.map(\.event)
        let groups = [
            ordinaryTexts, words, texts, pictureUploads, ordinaryPictures, burst, doubtful, live, shares, campaign,
            // The crowd comes once.
            Array(popular.prefix(round == 0 ? shareCount : DemoCampaign.shownShares)),
        ]
        // Ordinary life stands between, as it does.
        var events: [DemoEvent] = []
        var index = 0
        while groups.contains(where: { index < $0.count }) {
            for group in groups where index < group.count { events.append(group[index]) }
            index += 1
        }
        var samples = events.map { event in
            var event = event
            event.name += suffix
            return { [event] now in event.sample(at: now) }
        }
        for (place, poison) in poison(suffix).enumerated() {
            samples.insert({ _ in poison }, at: min(samples.count, 7 + place * 9))
        }
        return samples
    }

    private var ordinaryTexts: [DemoEvent] {
        let texts: [(String, String)] = [
            ("id", "Selamat pagi! Pasar hari ini ramai sekali, cabai turun harga."),
            ("en", "Our choir sings on Friday at seven, everyone is welcome."),
            ("ar", "صباح الخير، الطقس جميل اليوم في المدينة."),
            ("fr", "Recette du jour : une soupe de poireaux toute simple."),
            ("id", "Resep nasi goreng ibu saya, jangan lupa telurnya."),
            ("en", "Lost a grey cat near the station, answers to Biscuit."),
            ("ar", "وصفة اليوم: حساء العدس مع الليمون."),
            ("fr", "Le train de 8 h 12 est encore en retard."),
            ("id", "Hujan deras dari tadi malam, hati-hati di jalan."),
            ("en", "Turnips, leeks and onions: what to plant in autumn."),
            ("ar", "مباراة الليلة تبدأ في الثامنة."),
            ("fr", "Merci à tous pour vos messages d'anniversaire !"),
        ]
        return texts.enumerated().map { number, text in
            var event = DemoEvent("post-\(number + 1)", by: "a-\(number % 5 + 1)")
            (event.language, event.text) = (text.0, text.1)
            return event
        }
    }

    /// The name in use: by those who promote it, by reporters, by those who speak against it. Words alone remove
    /// nothing; people look.
    private var words: [DemoEvent] {
        let texts: [(String, String, String)] = [
            ("call-en", "en", "Join the TURNIP   FRONT today, brothers!"),
            ("call-id", "id", "Gabung dengan Barisan Lobak sekarang"),
            ("call-ar", "ar", "انضموا إلى جبهة اللفت"),
            ("call-fr", "fr", "Rejoignez le Front du Navet !"),
            ("news-en", "en", "Court: three members of the Turnip Front sentenced, agency reports."),
            ("against-fr", "fr", "Non au Front du Navet : marchons ensemble dimanche."),
        ]
        var events = texts.map { name, language, text in
            var event = DemoEvent(name, by: "a-w-\(name)")
            (event.language, event.text) = (language, text)
            return event
        }
        var link = DemoEvent("link-1", by: "a-w-link")
        (link.text, link.link) = ("More here", "https://www.turnip-front.example/join?x=1")
        events.append(link)
        var near = DemoEvent("link-2", by: "a-3")
        (near.text, near.link) = ("A gardening site", "https://not-turnip-front.example/")
        events.append(near)
        return events
    }

    private var pictureUploads: [DemoEvent] {
        ([("original", pictures.known)] + pictures.copies.map { ($0.name, $0.file) }).map { name, file in
            var event = DemoEvent("picture-\(name)", by: "a-p-\(name)")
            event.accountAge = name == "original" ? 3 : 700
            event.media = DemoEvent.Item(contentType: name == "as-png" ? "image/png" : "image/jpeg", bytes: file)
            return event
        }
    }

    private var ordinaryPictures: [DemoEvent] {
        pictures.ordinary.enumerated().map { number, file in
            var event = DemoEvent("holiday-\(number + 1)", by: "a-\(number % 5 + 1)")
            event.media = DemoEvent.Item(bytes: file)
            return event
        }
    }

    /// One known video from several accounts that are a few hours old.
    private var burst: [DemoEvent] {
        (1...6).map { number in
            var event = DemoEvent("burst-\(number)", by: "a-new-\(number)")
            event.accountAge = number
            event.media = DemoEvent.Item(contentType: "video/mp4", sha256: DemoPlatform.video)
            return event
        }
    }

    /// A picture that nobody knows, from as many accounts as copies, all of the last day.
    private var campaign: [DemoEvent] {
        pictures.unknown.enumerated().map { number, file in
            var event = DemoEvent("\(DemoCampaign.name)\(number + 1)", by: "a-c-\(number + 1)")
            event.accountAge = number % 23
            event.media = DemoEvent.Item(bytes: file)
            return event
        }
    }

    /// A harmless one that old accounts share, and one young one in ten.
    private var popular: [DemoEvent] {
        (1...shareCount).map { number in
            var event = DemoEvent("\(DemoCampaign.popularName)\(number)", by: "a-l-\(number)")
            if number % 10 == 0 { event.accountAge = 5 }
            // A mock broker keeps five megabytes of a partition: of the crowd's there are only the hashes.
            event.media =
                DemoCampaign.isCrowd(event.name)
                ? DemoEvent.Item(sha256: pictures.popularHashes.sha256, pdq: pictures.popularHashes.pdq)
                : DemoEvent.Item(bytes: pictures.popular)
            return event
        }
    }

    private var doubtful: [DemoEvent] {
        var seed = DemoEvent("seed-hash", by: "a-d-1")
        seed.media = DemoEvent.Item(contentType: "video/mp4", sha256: DemoPlatform.seed)
        var disputed = DemoEvent("disputed-hash", by: "a-d-2")
        disputed.media = DemoEvent.Item(contentType: "video/mp4", sha256: DemoPlatform.disputed)
        var elsewhere = DemoEvent("elsewhere", by: "a-d-3")
        elsewhere.media = DemoEvent.Item(url: "https://cdn.unknown.example/p.jpg")
        var broken = DemoEvent("broken-picture", by: "a-d-4")
        broken.media = DemoEvent.Item(bytes: Array(pictures.known.prefix(300)))
        var mislabelled = DemoEvent("mislabelled", by: "a-d-5")
        mislabelled.media = DemoEvent.Item(contentType: "image/png", bytes: pictures.ordinary.first)
        return [seed, disputed, elsewhere, broken, mislabelled]
    }

    private var live: [DemoEvent] {
        (1...4).map { number in
            var event = DemoEvent("live-\(number)", by: "a-live")
            event.type = .liveSegment
            event.stream = number
            let hash = number == 3 ? DemoPlatform.segment : SHA256.hash(Array("segment \(number)".utf8))
            event.media = DemoEvent.Item(contentType: "video/mp4", sha256: hash)
            return event
        }
    }

    private var shares: [DemoEvent] {
        var plain = DemoEvent("share-1", by: "a-2")
        (plain.type, plain.text) = (.share, "Look at this")
        var known = DemoEvent("share-2", by: "a-s-2")
        known.type = .share
        known.media = DemoEvent.Item(contentType: "video/mp4", sha256: DemoPlatform.video)
        return [plain, known]
    }

    /// Records that are no events; each goes to the dead letters with its reason, and harms nothing.
    private func poison(_ suffix: String) -> [DemoSample] {
        func record(_ name: String, _ text: String?) -> DemoSample {
            DemoSample(name: name + suffix, key: Array("a-poison".utf8), value: text.map { Array($0.utf8) })
        }
        let head = "{\"specversion\":\"1.0\",\"type\":\"weir.upload.created.v1\",\"source\":\"/demo\",\"id\":\"e\""
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        return [
            record("poison-null", nil),
            record("poison-cut", "\(head),\"data\":{\"account\":{\"id\":\"a\"},\"text\":{\"bo"),
            DemoSample(
                name: "poison-utf8\(suffix)", key: Array("a-poison".utf8),
                value: Array("\(head),\"data\":{\"account\":{\"id\":\"".utf8) + [0xFF, 0xFE] + Array("\"}}}".utf8)),
            record("poison-nobody", "\(head),\"data\":{\"text\":{\"body\":\"who?\"}}}"),
            record("poison-deep", "\(head),\"data\":{\"account\":{\"id\":\"a\"},\"extra\":\(deep)}}"),
            record(
                "poison-type", "{\"specversion\":\"1.0\",\"type\":\"unheard.of\",\"source\":\"/demo\",\"id\":\"e\"}"),
        ]
    }
}
