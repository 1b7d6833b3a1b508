/// One thing that is wrong in a file people wrote: where, what, and what to do instead.
package struct Problem: Sendable, Equatable, CustomStringConvertible {
    package let file: String
    package let place: Place?
    /// Dotted path of the key, such as `stages[1].deadline`; empty for the file as a whole.
    package let key: String
    package let message: String

    package init(file: String, place: Place?, key: String, message: String) {
        self.file = file
        self.place = place
        self.key = key
        self.message = message
    }

    package var description: String {
        let position = place.map { ":\($0.line):\($0.column)" } ?? ""
        return "\(file)\(position): \(key.isEmpty ? "" : "\(key): ")\(message)"
    }
}

/// A position in a file; lines and columns count from 1.
package struct Place: Sendable, Equatable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Thrown once reading is over, with everything that was found, so that people fix a file in one go.
package struct InvalidConfiguration: Error, CustomStringConvertible {
    package let problems: [Problem]

    package init(_ problems: [Problem]) {
        self.problems = problems
    }

    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Collects the problems of one file while it is read.
package final class Problems {
    package let file: String
    package private(set) var found: [Problem] = []

    package init(file: String) {
        self.file = file
    }

    package func add(_ message: String, key: String = "", at place: Place? = nil) {
        found.append(Problem(file: file, place: place, key: key, message: message))
    }

    /// Throws `InvalidConfiguration` if anything was found.
    package func check() throws(InvalidConfiguration) {
        if !found.isEmpty { throw InvalidConfiguration(found) }
    }
}

/// The beginning of a text for a message. By scalars: a character may have any number of marks.
package func excerpt(_ text: String, _ most: Int) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(most)))
}
