import Testing

@testable import TextDetection

@Suite struct ClassifierModelTests {
    @Test func aModelIsReadAsItWasWritten() throws {
        let made = MadeModel()
        let model = try made.model()
        #expect(model.labels == ["first", "second", "third"])
        #expect(model.version.hasPrefix("made-1+") && model.version.count == "made-1+".count + 12)
        #expect(model.slopes[1] == 0.02 && model.intercepts[2] == 0.5)
        for bucket in [0, 511, 512, 767] {
            for lane in 0..<4 {
                #expect(Int(model.grams[bucket] >> UInt32(8 * lane) & 0xFF) - 128 == Int(made.weights[bucket][lane]))
            }
        }
        #expect(!model.isOfThisFolding)
    }

    private func refusal(_ change: (inout MadeModel) -> Void) -> String {
        var made = MadeModel()
        change(&made)
        return refusal(of: made.file)
    }

    private func refusal(of file: [UInt8]) -> String {
        do throws(ClassifierRefusal) {
            _ = try ClassifierModel.read(file)
            return "none"
        } catch {
            return error.reason
        }
    }

    @Test func limitsAreChecked() {
        #expect(refusal { $0.magic = "WEIRCLS1" }.contains("WEIRCLS2"))
        #expect(refusal { $0.gramBits = 7 }.contains("8 to 18"))
        #expect(refusal { $0.wordBits = 4_000_000_000 }.contains("8 to 18"))
        #expect(refusal { $0.gramBits = 10 }.contains("by its beginning"))
        #expect(refusal { $0.slopes[0] = -1 }.contains("label 1"))
        #expect(refusal { $0.slopes[2] = .nan }.contains("label 3"))
        #expect(refusal { $0.intercepts[1] = .infinity }.contains("label 2"))
        #expect(refusal { $0.labels = ["", "", "", ""] }.contains("no labels"))
        #expect(refusal { $0.labels = ["a", "", "b", ""] }.contains("behind an empty one"))
        #expect(refusal { $0.labels = ["a", "b", "a", ""] }.contains("stands twice"))
        #expect(refusal { $0.labels[0] = "a\"b" }.contains("letters, digits"))
        #expect(refusal { $0.labels[1] = "a\u{0}b" }.contains("letters, digits"))
        #expect(refusal { $0.name = "" }.contains("name"))
        #expect(refusal { $0.weights.removeLast() }.contains("by its beginning"))
        #expect(refusal { _ in } == "none")
    }

    @Test func vocabulariesAreChecked() {
        #expect(refusal { $0.vocabulary = "turnip\nрынок\n" } == "none")
        #expect(refusal { $0.vocabulary = "turnip" }.contains("line feed"))
        #expect(refusal { $0.vocabulary = "turnip\nto\n" }.contains("word 2"))
        #expect(refusal { $0.vocabulary = String(repeating: "a", count: 41) + "\n" }.contains("41 letters"))
        #expect(refusal { $0.vocabulary = "tur nip\n" }.contains("no letter"))
        #expect(refusal { $0.vocabulary = "t*rnip\n" }.contains("no letter"))
        #expect(refusal { $0.vocabularyCount = 1 }.contains("by its beginning"))
        #expect(refusal { $0.vocabularyCount = .max }.contains("vocabulary"))
    }

    @Test func whatIsTornOrDamagedIsRefused() {
        let file = MadeModel().file
        for count in [0, 8, 279, 312, file.count - 1] {
            #expect(refusal(of: Array(file.prefix(count))) != "none", "\(count) bytes")
        }
        for place in [ClassifierHeader.count, ClassifierHeader.count + 1_000, file.count - 1] {
            var damaged = file
            damaged[place] ^= 1
            #expect(refusal(of: damaged).contains("checksum"), "byte \(place)")
        }
    }
}
