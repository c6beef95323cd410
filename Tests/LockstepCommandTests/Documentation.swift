import Foundation

/// The repository's documentation, as its readers find it: README and the pages of the DocC catalogues.
struct Documentation {
    struct Page: CustomStringConvertible {
        /// From the repository's root.
        var path: String
        var text: String

        var description: String { path }

        /// The lines outside of code blocks, without their code blocks' fences.
        var prose: [Substring] { parts(inCode: false) }
        /// The lines of code blocks.
        var code: [Substring] { parts(inCode: true) }

        /// What stands between backticks in the prose.
        var codeSpans: [String] {
            prose.flatMap { line in
                line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                    .filter { $0.offset % 2 == 1 }.map { String($0.element) }
            }
        }

        private func parts(inCode wanted: Bool) -> [Substring] {
            var isCode = false
            return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
                if line.hasPrefix("```") {
                    isCode.toggle()
                    return false
                }
                return isCode == wanted
            }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    var pages: [Page]

    init() throws {
        var paths = ["README.md"]
        for folder in ["Sources", "Benchmarks"] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: Self.root.appending(path: folder).path)
            paths += names.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }.sorted()
        }
        pages = try paths.map { path in
            Page(path: path, text: try String(contentsOf: Self.root.appending(path: path), encoding: .utf8))
        }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
}
