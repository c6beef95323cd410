/// Collects mistakes and remarks while a file is read. Used by one reader, on one thread.
package final class ConfigurationNotes {
    private let text: [UInt8]
    private var found: [(offset: Int, problem: ConfigurationProblem)] = []
    package private(set) var remarks: [String] = []
    /// All that were read, so that none is shown anywhere.
    package private(set) var secrets: Set<Secret> = []
    /// The keys that each section of the file may have, by its path: the documentation is held against them.
    package var knownKeys: [String: [String]] = [:]

    package init(text: [UInt8]) { self.text = text }

    package func add(_ path: String, _ kind: ConfigurationProblem.Kind, at offset: Int) {
        found.append((offset, ConfigurationProblem(path, kind, at: TextLocation(of: offset, in: text))))
    }

    package func add(_ secret: Secret) { secrets.insert(secret) }

    package func remark(_ path: String, _ sentence: String) { remarks.append("\(path): \(sentence)") }

    /// In the order of the text. Two readers of one section may find the same mistake, which is listed once.
    package var problems: [ConfigurationProblem] {
        var listed: [(offset: Int, problem: ConfigurationProblem)] = []
        for entry in found.sorted(by: { $0.offset < $1.offset }) {
            let here = listed.reversed().prefix { $0.offset == entry.offset }
            if !here.contains(where: { $0.problem == entry.problem }) { listed.append(entry) }
        }
        return listed.map(\.problem)
    }
}
