import Foundation
import Testing

/// A machine without libcurl, or with too few descriptors for it.
struct MissingLibraryTests {
    private let directory: URL
    private let configuration: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        configuration = directory.appending(path: "lockstep.json")
        let text =
            #"{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "gyms": [{"id": "a", "keap": {"baseURL": "http://127.0.0.1:9", "key": "k"}}]}"#
        try Data(text.utf8).write(to: configuration)
        // The system's loader looks here first, and these are no libraries.
        for name in ["libcurl.so.4", "libcurl-gnutls.so.4"] {
            try Data("no library".utf8).write(to: directory.appending(path: name))
        }
    }

    private func run(_ words: String...) async throws -> (code: Int32, said: String) {
        let program = try RunningProgram(words, environment: ["LD_LIBRARY_PATH=\(directory.path)"])
        return (await program.wait(), program.output)
    }

    #if os(Linux)
        @Test(.timeLimit(.minutes(30)))
        func `without libcurl what makes calls names the package, and all else works`() async throws {
            for words in [
                ["serve", "--config", configuration.path], ["check", "--config", configuration.path], ["demo"],
                ["jobs", "--admin", "http://127.0.0.1:9"],
            ] {
                let program = try RunningProgram(words, environment: ["LD_LIBRARY_PATH=\(directory.path)"])
                #expect(await program.wait() == 1, "\(words)")
                let lines = program.output.split(separator: "\n")
                #expect(lines.last?.contains("install the package libcurl4") == true, "\(words): \(program.output)")
            }
            #expect(try await run("--version").code == 0)
            #expect(try await run("--help").code == 0)
            #expect(try await run("help", "configuration").code == 0)
            let verified = try await run("journal", "verify", directory.appending(path: "none").path)
            #expect(verified.code == 1 && !verified.said.contains("libcurl"))
            try FileManager.default.removeItem(at: directory)
        }
    #endif

    /// From a limit at which not even a connection can be opened to one that is enough.
    @Test(.timeLimit(.minutes(30)))
    func `a shortage of descriptors is told in a sentence, and crashes nothing`() async throws {
        let keap = try RunningProgram(["simulate", "keap", "--key", "k"])
        let line = try #require(await keap.line(containing: "Keap is at "))
        let address = String(line.dropFirst("Keap is at ".count))
        var told: [String] = []
        for limit in [7, 8, 9, 10, 12, 16, 64] {
            let asked = try RunningProgram(["jobs", "--admin", address], descriptors: limit)
            #expect(await asked.wait() == 1, "\(limit): \(asked.output)")
            told.append(asked.output)
        }
        #expect(told.first?.contains(/no service answers|cannot start/) == true, "\(told)")
        #expect(told.last?.contains("the service answered 401") == true, "\(told)")
        keap.killNow()
        try FileManager.default.removeItem(at: directory)
    }

    @Test(.timeLimit(.minutes(30)))
    func `a check tells the version of the library`() async throws {
        let checked = try RunningProgram(["check", "--config", configuration.path])
        #expect(await checked.wait() == 1, "nothing answers at that address")
        #expect(checked.output.contains(/calls are made by libcurl [0-9]+\.[0-9]+/), "\(checked.output)")
        try FileManager.default.removeItem(at: directory)
    }
}
