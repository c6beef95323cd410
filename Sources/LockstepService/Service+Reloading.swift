import History
import AsyncPrimitives
import Clocks
import ConfigurationReading
import DurableQueue
import FileJournal
import RateLimits
import Synchronization

extension Service {
    package enum ReloadRefusal: Error, Equatable, CustomStringConvertible {
        case stopping
        case underWay
        /// What could not be made, in a sentence.
        case failed(String)

        package var description: String {
            switch self {
            case .stopping: "Lockstep is stopping"
            case .underWay: "the configuration is being read already"
            case .failed(let sentence): sentence
            }
        }
    }

    /// Goes on with another configuration. Messages are accepted meanwhile; deliveries pause until calls that were sent have
    /// ended. After a throw everything is as it was.
    ///
    /// - Returns: settings that count only after a restart, by their keys.
    package func reload(_ configuration: Configuration) async throws(ReloadRefusal) -> [String] {
        guard !hasStopped else { throw .stopping }
        guard !isReloading.exchange(true, ordering: .acquiringAndReleasing) else { throw .underWay }
        defer { isReloading.store(false, ordering: .releasing) }
        let old = current.value
        let (new, left) = configuration.keeping(old.configuration)
        // No job begins, those that run stop between two calls, and their places are kept.
        await ground.served.closeAll()
        guard await queue.idle(within: Self.longestPause, on: clock) else {
            await old.watch.start(old.gyms.ids)
            throw .failed("calls to Keap have been under way for two minutes; try again when they have ended")
        }
        await old.connections.stop()
        old.billing.stop()
        // What was called so far counts for what comes.
        for credential in old.credentials where !credential.gyms.isEmpty { try? await credential.budget.settle() }
        let made: Composition
        do {
            made = try await Composition.make(new, on: ground)
        } catch {
            await old.watch.start(old.gyms.ids)
            connectionsChanged.signal()
            billingChanged.signal()
            throw .failed("\(error)")
        }
        guard !hasStopped else { throw .stopping }
        current.value = made
        ground.recorder?.hide(old.configuration.secrets.union(made.configuration.secrets))
        handler.attach(made.gyms)
        old.end()
        await made.watch.start(made.gyms.ids)
        connectionsChanged.signal()
        billingChanged.signal()
        await Self.report(absentIn: queue, ground.log)
        return left
    }

    /// Calls that were sent end before that.
    private static let longestPause = Duration.seconds(120)
}

extension Configuration {
    /// With what a running service cannot change as it was, and the keys of that.
    fileprivate func keeping(_ old: Configuration) -> (Configuration, left: [String]) {
        var (new, left) = (self, [String]())
        func keep<Value: Equatable>(_ path: WritableKeyPath<Configuration, Value>, _ key: String) {
            guard new[keyPath: path] != old[keyPath: path] else { return }
            new[keyPath: path] = old[keyPath: path]
            left.append(key)
        }
        keep(\.listen, "listen")
        keep(\.admin, "admin")
        keep(\.data, "data")
        keep(\.log, "log")
        keep(\.unsyncedLimit, "journal.unsyncedLimit")
        keep(\.history, "history")
        let parking = Dictionary(old.gyms.map { ($0.id, $0.afterDead) }) { $1 }
        if gyms.contains(where: { $0.afterDead != parking[$0.id] ?? .continue }) { left.append("gyms[].afterDead") }
        return (new, left)
    }
}

extension JobQueue {
    /// Returns when no run holds a lane, at the latest after `limit`: then false.
    fileprivate func idle(within limit: Duration, on clock: any TimeSource) async -> Bool {
        let events = events()
        guard counts().lanesRunning > 0 else { return true }
        await clock.run(for: limit) { for await event in events where event == .idle { return } }
        return counts().lanesRunning == 0
    }
}
