import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A directory that is gone when its user is, also if Ctrl-C or SIGTERM ends the process: a journal in it is large.
final class TemporaryDirectory: Sendable {
    let url: URL
    // Dispatch's sources may be used from any thread, which their protocol does not say.
    private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

    init(prefix: String) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(prefix)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.url = url
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)  // or its default action would come before the source
            let source = DispatchSource.makeSignalSource(signal: number, queue: DispatchQueue(label: "lockstep.ending"))
            source.setEventHandler {
                Self.remove(url)
                _exit(128 + number)
            }
            source.activate()
            return source
        }
    }

    func remove() {
        for source in sources { source.cancel() }
        Self.remove(url)
    }

    private static func remove(_ url: URL) {
        // Left behind at worst in the system's temporary directory, which cleans itself.
        try? FileManager.default.removeItem(at: url)
    }
}
