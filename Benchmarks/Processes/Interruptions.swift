import Foundation

/// Cleans up before this process ends by a signal.
struct Interruptions {
    private let sources: [any DispatchSourceSignal]

    init(_ cleanup: CleanupProcess) {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                cleanup.finish()
                _exit(128 + number)
            }
            source.resume()
            return source
        }
    }

    func stop() { for source in sources { source.cancel() } }
}
