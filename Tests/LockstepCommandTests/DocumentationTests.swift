import Foundation
import Testing

@testable import LockstepService
@testable import lockstep

/// What the pages say exists, and what exists is said.
struct DocumentationTests {
    let documentation: Documentation

    init() throws { documentation = try Documentation() }

    @Test func `each page but README is a topic of help, word for word`() {
        let pages = documentation.pages.filter { $0.path != "README.md" }
        #expect(pages.count == HelpTopic.all.count)
        for page in pages {
            let file = page.path.split(separator: "/").last.map(String.init)
            let topic = HelpTopic.all.first { $0.file == file }
            #expect(topic?.markdown == page.text, "\(page): Package.swift embeds another text; build again")
        }
    }

    @Test func `links lead to files and headings that are there`() throws {
        var count = 0
        for page in documentation.pages {
            for match in page.prose.joined(separator: "\n").matches(of: /\]\(([^)]*)\)/) {
                let target = match.1.split(separator: "#", omittingEmptySubsequences: false)
                count += 1
                if target[0].hasPrefix("http") { continue }
                let folder = Documentation.root.appending(path: page.path).deletingLastPathComponent()
                let file = target[0].isEmpty ? URL(filePath: page.path) : folder.appending(path: target[0]).standardized
                #expect(FileManager.default.fileExists(atPath: file.path), "\(page): \(match.1)")
                guard target.count > 1, let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
                let headings = text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                    line.drop { $0 == "#" || $0 == " " }.lowercased().replacing(" ", with: "-").filter {
                        $0.isLetter || $0.isNumber || "-_".contains($0)
                    }
                }
                #expect(headings.contains(String(target[1])), "\(page): \(match.1)")
            }
        }
        #expect(count > 15)
    }

    @Test func `every command that a page names exists, with its options`() {
        var named: Set<[String]> = []
        for page in documentation.pages {
            for text in page.codeSpans + page.code.map(String.init) {
                for match in text.matches(of: /(?:^|[\s(|])(?:[\w.\/]*\/)?lockstep((?: +[^\s|&;`]+)*)/) {
                    let words = match.1.split(separator: " ").map(String.init)
                    guard let first = words.first, first.first?.isLetter == true, first.lowercased() == first,
                        text.contains("swift run") == false || first == "demo"
                    else { continue }
                    if first == "help" { continue }
                    let command = CommandLineTool.commands.first { words.starts(with: $0.words) }
                    #expect(command != nil, "\(page): \(text)")
                    guard let command else { continue }
                    named.insert(command.words)
                    for option in words where option.hasPrefix("--") && option != "--help" {
                        #expect(command.help.contains(option), "\(page): \(text)")
                    }
                }
            }
        }
        #expect(named == Set(CommandLineTool.commands.map { $0.words }))
    }

    @Test func `every path of the admin address that a page names is answered, by that method`() {
        var count = 0
        for page in documentation.pages {
            for span in page.codeSpans {
                let words = span.split(separator: " ")
                guard let path = words.last,
                    path.hasPrefix("/api/") || ["/healthz", "/readyz", "/metrics"].contains(path)
                else { continue }
                let route = AdminRoute(path.split(separator: "/").map(String.init))
                #expect(route != nil, "\(page): \(span)")
                if words.count == 2, let route { #expect(route.methods.contains(String(words[0])), "\(page): \(span)") }
                count += 1
            }
        }
        #expect(count > 15)
    }

    @Test func `the metrics are those that the service writes`() throws {
        var written: Set<Substring> = []
        let service = Documentation.root.appending(path: "Sources/LockstepService")
        for name in try FileManager.default.subpathsOfDirectory(atPath: service.path) where name.hasSuffix(".swift") {
            let source = try String(contentsOf: service.appending(path: name), encoding: .utf8)
            written.formUnion(source.matches(of: /"(lockstep_[a-z_]+)"/).map(\.1))
        }
        written = written.filter { !$0.hasSuffix("_bucket") && !$0.hasSuffix("_sum") && !$0.hasSuffix("_count") }
        let told = documentation.pages.flatMap(\.codeSpans).filter { $0.hasPrefix("lockstep_") }
        #expect(Set(told.map { $0[...] }) == written)
    }

    @Test func `every target has a line in README's map`() throws {
        let readme = try #require(documentation.pages.first { $0.path == "README.md" })
        let map = try #require(readme.text.split(separator: "## The code").last)
        let sources = Documentation.root.appending(path: "Sources")
        for name in try FileManager.default.contentsOfDirectory(atPath: sources.path) where !name.hasPrefix(".") {
            #expect(map.contains("`\(name)`"), "\(name)")
        }
        for match in map.matches(of: /`([A-Z][A-Za-z]+)`/)
        where !["URLSession", "LockstepBenchmarks"].contains(match.1) {
            #expect(Documentation.exists("Sources/\(match.1)") || match.1 == "Benchmarks", "\(match.1)")
        }
    }

    @Test func `types and files that the pages of the code name are there`() throws {
        var files: Set<String> = []
        for folder in ["Sources", "Benchmarks"] {
            let names = try FileManager.default.subpathsOfDirectory(
                atPath: Documentation.root.appending(path: folder).path)
            files.formUnion(names.compactMap { $0.split(separator: "/").last.map(String.init) })
        }
        let page = try #require(documentation.pages.first { $0.path.hasSuffix("Architecture.md") })
        for span in page.codeSpans {
            guard let type = span.prefixMatch(of: /[A-Z][A-Za-z]+/)?.0 else { continue }
            #expect(files.contains("\(type).swift") || Documentation.exists("Sources/\(type)"), "\(span)")
        }
    }

    @Test func `the example of the queue's page is the one that its test runs`() throws {
        let page = try #require(documentation.pages.first { $0.path.hasSuffix("DurableQueue.md") })
        let tests = Documentation.root.appending(path: "Tests/DurableQueueTests")
        let file = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: tests.path).first {
                $0.hasSuffix("LibraryExampleTests.swift")
            })
        func code(_ text: some StringProtocol) -> String {
            text.split(separator: "\n").map { $0.prefix { $0 != "/" } }.joined().filter { !$0.isWhitespace }
        }
        let test = code(try String(contentsOf: tests.appending(path: file), encoding: .utf8))
        let example = try #require(page.text.split(separator: "```swift\n").last?.split(separator: "```").first)
        let statements = example.replacing("\"queue\"", with: "directory.path").split(separator: "\n\n")
        #expect(statements.count == 5)
        for statement in statements { #expect(test.contains(code(statement)), "\(statement)") }
    }
}
