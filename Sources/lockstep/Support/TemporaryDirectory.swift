import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A directory that is removed at the end, also if Ctrl-C or SIGTERM ends the process: a journal in it is large.
final class TemporaryDirectory: Sendable {
    let url: URL
    private let signals = HandledSignals([SIGINT, SIGTERM])

    init(prefix: String) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(prefix)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.url = url
        signals.activate { number in
            Self.remove(url)
            _exit(128 + number)
        }
    }

    func remove() {
        signals.cancel()
        Self.remove(url)
    }

    private static func remove(_ url: URL) {
        // Left behind at worst in the system's temporary directory, which cleans itself.
        try? FileManager.default.removeItem(at: url)
    }
}
