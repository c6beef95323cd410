import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Signals, handled on a queue instead of ending the process.
struct HandledSignals: Sendable {
    // Dispatch's sources may be used from any thread, which their protocol does not say.
    private nonisolated(unsafe) let sources: [(number: Int32, source: any DispatchSourceSignal)]

    init(_ numbers: [Int32]) {
        let queue = DispatchQueue(label: "lockstep.signals")
        sources = numbers.map { number in
            signal(number, SIG_IGN)  // or its default action would come before the source
            return (number, DispatchSource.makeSignalSource(signal: number, queue: queue))
        }
    }

    func activate(_ handler: @escaping @Sendable (Int32) -> Void) {
        for (number, source) in sources {
            source.setEventHandler { handler(number) }
            source.activate()
        }
    }

    func cancel() {
        for (_, source) in sources { source.cancel() }
    }
}
