import Foundation
import Testing

@testable import ConfigurationReading
@testable import LockstepService

/// The configuration page, held against the program's own reader.
struct ConfigurationPageTests {
    /// One heading with its examples and the keys of its table.
    private struct Section {
        /// Of the objects it is about, such as `gyms[].keap`; none: the whole file.
        var paths: [String] = []
        var examples: [String] = []
        var keys: [String] = []
        /// Whether it has a table of keys.
        var isTable = false
    }

    private let sections: [Section]
    private let page: Documentation.Page

    init() throws {
        page = try #require(try Documentation().pages.first { $0.path.hasSuffix("/Configuration.md") })
        var sections = [Section()]
        var example: [Substring]?
        for line in page.text.split(separator: "\n") {
            if let lines = example {
                if line == "```" { sections[sections.count - 1].examples.append(lines.joined(separator: "\n")) }
                example = line == "```" ? nil : lines + [line]
            } else if line == "```json" {
                example = []
            } else if line.hasPrefix("## ") {
                sections.append(Section(paths: Self.codeSpans(line)))
            } else if line.hasPrefix("| key |") {
                sections[sections.count - 1].isTable = true
            } else if line.hasPrefix("| `") {
                sections[sections.count - 1].keys += Self.codeSpans(line.dropFirst().prefix { $0 != "|" })
            }
        }
        self.sections = sections
    }

    private static func codeSpans(_ line: Substring) -> [String] {
        line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    @Test func `the reader takes every example`() throws {
        let examples = sections.flatMap { section in section.examples.map { (section.paths.first ?? "", $0) } }
        #expect(examples.count >= 20)
        for (path, example) in examples {
            do {
                _ = try Self.read(example, of: path)
            } catch {
                Issue.record("\(path): \(error)")
            }
        }
    }

    @Test func `every section that the reader knows has a table of exactly its keys`() throws {
        var known: [String: [String]] = [:]
        for section in sections {
            for example in section.examples {
                known.merge(try Self.read(example, of: section.paths.first ?? "").knownKeys) { $1 }
            }
        }
        // A secret's two forms are told in the introduction.
        known = known.filter { $0.value != ["env", "file"] }
        var told: [String: [String]] = [:]
        for section in sections where section.isTable {
            for path in section.paths.isEmpty ? [""] : section.paths { told[path] = section.keys }
        }
        #expect(Set(told.keys) == Set(known.keys))
        for (path, keys) in known { #expect(told[path]?.sorted() == keys.sorted(), "\(path)") }
        #expect(page.text.contains(#"{"env": "NAME"}"#) && page.text.contains(#"{"file": "PATH"}"#))
    }

    @Test func `the settings that other pages name are the reader's`() throws {
        let known = Set(
            sections.flatMap { section in
                (section.paths.isEmpty ? [""] : section.paths).flatMap { path in
                    section.keys.map { path.isEmpty ? $0 : "\(path).\($0)" }
                }
            })
        var count = 0
        for page in try Documentation().pages {
            for span in page.codeSpans {
                let sections = "keap|zenPlanner|onceHub|chartMogul|sync|journal|alerts|log|creation|classification"
                guard span.wholeMatch(of: try Regex("(gyms\\[\\]\\.)?(\(sections))\\.[\\w.]+")) != nil else { continue }
                let isKnown = known.contains { $0 == span || $0.hasSuffix(".\(span)") }
                #expect(isKnown, "\(page): \(span)")
                count += 1
            }
        }
        #expect(count > 15)
    }

    @Test func `the reader takes README's example`() throws {
        let readme = try #require(try Documentation().pages.first { $0.path == "README.md" })
        let example = try #require(readme.text.firstMatch(of: /```json\n([^`]*)```/)?.1)
        _ = try Self.read(String(example), of: "")
    }

    /// The keys that the sections of an example may have; the example is put where its section belongs.
    private static func read(_ example: String, of path: String) throws -> ConfigurationNotes {
        var text = example
        if !path.isEmpty {
            var parents = path.split(separator: ".").dropLast().map { $0.prefix { $0 != "[" } }
            while let parent = parents.popLast() {
                text = object(String(parent), with: text)
            }
            text = "{ \(text)\(text.hasPrefix("\"gyms\"") ? "" : ", " + object("gyms", with: "")) }"
        }
        let names = text.matches(of: /"env": "(\w+)"/).map { String($0.1) }
        let secrets = SecretSource(
            environment: Dictionary(names.map { ($0, $0 == "ALERTS_URL" ? "https://a.b/" : "a-secret-of-\($0)") }) {
                $1
            },
            readFile: { path throws(FileProblem) in
                Array((path.hasSuffix(".crt") ? "-----BEGIN CERTIFICATE-----" : "a-secret-in-a-file").utf8)
            })
        return try ConfigurationReader.read(Array(text.utf8), file: "example", secrets: secrets) { reader, root in
            _ = reader.configuration(root)
            // A list's entries count as one.
            reader.notes.knownKeys = Dictionary(
                reader.notes.knownKeys.map { ($0.key.replacing(/\[\d+\]/, with: "[]"), $0.value) }
            ) { $1 }
            return reader.notes
        }
    }

    /// A member of that name with what it must have, beside `content`.
    private static func object(_ name: String, with content: String) -> String {
        let key = #""key": "KeapAK-test""#
        let required =
            switch name {
            case "gyms": #""id": "downtown""# + (content.hasPrefix("\"keap\"") ? "" : #", "keap": { \#(key) }"#)
            case "keap": key
            case "zenPlanner": #""token": "0123456789abcdef""#
            case "onceHub": #""secret": "a-secret""#
            case "chartMogul": #""apiKey": "a-key""#
            case "keapClients": #""id": "group""#
            default: ""
            }
        let body = [required, content].filter { !$0.isEmpty }.joined(separator: ", ")
        return name == "gyms" || name == "keapClients" ? "\"\(name)\": [ { \(body) } ]" : "\"\(name)\": { \(body) }"
    }
}
