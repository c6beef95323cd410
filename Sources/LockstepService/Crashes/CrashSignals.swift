#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Signals by which a process ends itself: a failed check, a wild access. Their number is stored for the next process;
/// then they end this one as they would have without.
enum CrashSignals {
    static let numbers = [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT]

    static func name(of number: UInt8) -> String {
        switch Int32(number) {
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGSEGV: "SIGSEGV"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        case SIGABRT: "SIGABRT"
        default: "signal \(number)"
        }
    }

    // Written before the handlers are installed, and only read by them. Constants, since reading a variable is more than
    // a handler may do.
    fileprivate nonisolated(unsafe) static let byte = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>.allocate(
        capacity: 1)
    fileprivate nonisolated(unsafe) static let previous = UnsafeMutablePointer<sigaction>.allocate(
        capacity: Int(numbers.max() ?? 0) + 1)

    /// Once in a process.
    ///
    /// - Parameter byte: valid as long as the process lives.
    static func record(in byte: UnsafeMutablePointer<UInt8>) {
        Self.byte.initialize(to: byte)
        for number in numbers {
            var action = sigaction()
            #if canImport(Darwin)
                action.__sigaction_u.__sa_sigaction = crashed
            #else
                action.__sigaction_handler.sa_sigaction = crashed
            #endif
            // Not blocked meanwhile, since the handler sends the signal again.
            action.sa_flags = Int32(SA_SIGINFO) | Int32(SA_ONSTACK) | Int32(SA_NODEFER)
            let old = previous + Int(number)
            old.initialize(to: sigaction())
            sigaction(number, nil, old)
            sigaction(number, &action, nil)
        }
    }
}

/// Only what a signal handler may do.
private func crashed(_ number: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?) {
    CrashSignals.byte.pointee?.pointee = UInt8(truncatingIfNeeded: number)
    sigaction(number, CrashSignals.previous + Int(number), nil)
    // An instruction that failed fails again when this returns. A signal that was sent does not come back by itself.
    let wasSent = info.map { $0.pointee.si_code <= 0 } ?? true
    guard wasSent || number == SIGTRAP else { return }
    raise(number)
    // The handler before this one may count on the same, and let the process go on.
    signal(number, SIG_DFL)
    raise(number)
}
