import CCurl
import Foundation
import Synchronization

/// Runs transfers on one thread, which sleeps while nothing comes in. Connections are kept for later ones.
final class CurlLoop: Sendable {
    private enum Command {
        case start(CurlTransfer)
        /// Those of one transport.
        case abandon(UInt64)
        case end
    }

    private struct State {
        var commands: [Command] = []
        var counters = ConnectionCounters()
        /// Set once libcurl may not be woken any more.
        var hasEnded = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A poll that returns at once, as where libcurl fails, must not spin.
    private static let pauseAfterError: UInt32 = 10_000

    private let library: CurlLibrary
    // Other threads only wake it, which is what libcurl allows them.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer
    private let isGuarded: Bool
    private let idleSeconds: Int
    private let state = Mutex(State())
    /// Commands so far. The lock orders what they carry; this tells it to the thread sanitizer, which cannot see the lock.
    private let sent = Atomic(0)

    /// - Parameter connections: how many there may be, kept ones included; more requests wait.
    init(connections: Int, reuses: Bool, idleLimit: Duration) throws(CurlLibrary.Unusable) {
        library = try CurlLibrary.load()
        guard let multi = library.makeMulti() else { throw .cannotStart("it has no memory") }
        // Without descriptors it is made, but cannot be woken: requests would wait for ever.
        guard library.wakeUp(multi) == CurlNumber.ok else {
            _ = library.cleanUpMulti(multi)
            throw .cannotStart("too few files may be open")
        }
        self.multi = multi
        // libcurl repeats requests on reused connections only, so that without the guard there must be none.
        isGuarded = reuses && library.hasGuard
        idleSeconds = Int(min(max(idleLimit.components.seconds, 1), 86_400))
        for option in [CurlNumber.mostKeptConnections, CurlNumber.mostConnections] {
            _ = ccurl_set_long(library.setMultiOption, multi, option, connections)
        }
        let thread = Thread { self.run() }
        thread.name = "outbound calls"
        thread.start()
    }

    var counters: ConnectionCounters { state.withLock(\.counters) }

    func start(_ transfer: CurlTransfer) {
        if !send(.start(transfer)) { transfer.refuse() }
    }

    func abandon(_ owner: UInt64) { _ = send(.abandon(owner)) }

    /// Requests under way are given up, and the thread ends soon after.
    func requestEnd() { _ = send(.end) }

    /// Requests under way are given up. Returns when the thread has ended and every connection is closed.
    func end() async {
        requestEnd()
        await withCheckedContinuation { waiter in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiters.append(waiter) }
                return state.hasEnded
            }
            if hasEnded { waiter.resume() }
        }
    }

    /// False after the end.
    private func send(_ command: Command) -> Bool {
        sent.add(1, ordering: .releasing)
        return state.withLock { state in
            guard !state.hasEnded else { return false }
            state.commands.append(command)
            // The first of several has woken it already.
            if state.commands.count == 1 { _ = library.wakeUp(multi) }
            return true
        }
    }

    // MARK: On the thread

    private typealias Running = [UnsafeMutableRawPointer: CurlHandle]

    private func run() {
        Self.blockBrokenPipe()
        var running: Running = [:]
        while obeyCommands(&running) {
            var count: Int32 = 0
            if library.perform(multi, &count) == CurlNumber.ok {
                endFinished(&running)
            } else {
                // Nothing that runs can be relied on to end by itself.
                abandon(&running) { _ in true }
            }
            if library.poll(multi, nil, 0, 60_000, nil) != CurlNumber.ok { usleep(Self.pauseAfterError) }
        }
        abandon(&running) { _ in true }
        let (commands, waiters) = state.withLock { state in
            state.hasEnded = true
            return (state.commands, state.waiters)
        }
        for case .start(let transfer) in commands { transfer.refuse() }
        _ = library.cleanUpMulti(multi)
        for waiter in waiters { waiter.resume() }
    }

    /// A connection that the peer has closed must not end the process, as a write below TLS could. Only this thread writes.
    private static func blockBrokenPipe() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// False once it is told to end.
    private func obeyCommands(_ running: inout Running) -> Bool {
        let commands = state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
        _ = sent.load(ordering: .acquiring)
        var goesOn = true
        for command in commands {
            switch command {
            case .start(let transfer): start(transfer, &running)
            case .abandon(let owner): abandon(&running) { $0.settings.owner == owner }
            case .end: goesOn = false
            }
        }
        return goesOn
    }

    private func start(_ transfer: CurlTransfer, _ running: inout Running) {
        guard let handle = CurlHandle(transfer, library, isGuarded: isGuarded, idleSeconds: idleSeconds),
            library.add(multi, handle.pointer) == CurlNumber.ok
        else {
            return transfer.end(.notSent("libcurl cannot take another request."))
        }
        running[handle.pointer] = handle
    }

    private func abandon(_ running: inout Running, where isMeant: (CurlTransfer) -> Bool) {
        for (pointer, handle) in running where isMeant(handle.transfer) {
            let failure = handle.failureIfAbandoned
            // Closes its connection.
            _ = library.remove(multi, pointer)
            running[pointer] = nil
            handle.transfer.end(failure)
        }
    }

    private func endFinished(_ running: inout Running) {
        var left: Int32 = 0
        while let message = library.readMessage(multi, &left) {
            guard message.pointee.kind == CurlNumber.done, let pointer = message.pointee.handle else { continue }
            // The message is gone with the handle's removal.
            let code = message.pointee.data.code
            guard let handle = running.removeValue(forKey: pointer) else { continue }
            let finished = handle.finished(code)
            _ = library.remove(multi, pointer)
            state.withLock { $0.counters.add(finished) }
            handle.transfer.end(finished)
        }
    }
}
