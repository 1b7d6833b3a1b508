package import Configuration

/// Where the model that Weir ships with is, from the folder that holds `topology`.
package let shippedModel = "topology/models/tvec-text.model"

/// The label that speaks for a text.
package let counterSpeechLabel = "counter-speech-or-report"

/// Reads a model's file; blocks.
package func loadClassifier(_ path: String) throws(FileError) -> ClassifierModel {
    let file = try readFile(path, atMost: ClassifierModel.largestFile)
    do throws(ClassifierRefusal) {
        return try ClassifierModel.read(file)
    } catch {
        throw FileError(path: path, reason: error.reason)
    }
}
