import Clocks
import DeterministicSimulation
import FileJournal
import Keap
import KeapSimulator
import OutboundAPI
import Synchronization

@testable import LockstepService

/// Sixty days of one gym's connection, on a machine that dies: at a chosen change of its disk, or around a token request.
struct SixtyDays: Sendable {
    enum Death: Equatable, Sendable {
        /// At the so-many-th change of the disk after a refresh was begun.
        case atChange(Int)
        case beforeItIsDone, afterItIsDone
    }

    struct Outcome: Equatable, Sendable {
        var deaths = 0
        var refreshes = 0
        /// Consents that had to be given again because an answer was lost with the process.
        var needed = 0
        /// Those that were asked for although Keap would have taken the token.
        var needless = 0
        var calls = 0
        /// Calls that were refused or could not be made.
        var failed = 0
    }

    let seed: UInt64
    /// One for each refresh; nil: the machine lives through it.
    var deaths: @Sendable (_ refresh: Int) -> Death? = { _ in nil }
    /// What becomes of the token requests of a machine that lives, the first first.
    var fates: [ConsentingKeap.Fate] = []
    var losesPower = false

    private static let days = 60

    func run() throws -> Outcome {
        try simulate(seed: seed) { simulation in
            let keap = ConsentingKeap()
            let configuration = try ConsentingKeap.configuration()
            let clock = simulation.clock
            let end = clock.now.advanced(by: .seconds(Self.days * 86_400))
            var files = SimulatedFileSystem(seed: seed)
            try files.createDirectory("/data")
            var outcome = Outcome()
            var number = 0
            while clock.now < end {
                let life = Life(
                    keap: keap, configuration: configuration, files: files, clock: clock, end: end,
                    death: deaths(number), fates: fates)
                outcome.add(await life.live())
                number += 1
                guard files.isOff else { continue }
                outcome.deaths += 1
                // What was on the wire arrives, or does not, before the next process comes.
                try await clock.sleep(for: .seconds(30))
                files = losesPower ? files.crash() : files.kill()
            }
            outcome.refreshes = keap.change { $0.refreshes(of: "north.infusionsoft.com") }
            return outcome
        }
    }
}

extension SixtyDays.Outcome {
    fileprivate mutating func add(_ other: Self) {
        needed += other.needed
        needless += other.needless
        calls += other.calls
        failed += other.failed
    }
}

/// One process, until it dies.
private struct Life: Sendable {
    let keap: ConsentingKeap
    let configuration: Configuration
    let files: SimulatedFileSystem
    let clock: ManualClock
    let end: Instant
    let death: SixtyDays.Death?
    let fates: [ConsentingKeap.Fate]

    private static let account = "north.infusionsoft.com"

    func live() async -> SixtyDays.Outcome {
        let surroundings = ServiceEnvironment(clock: clock, files: files) { [keap, files, clock] site in
            ConsentingWire(keap, site, clock, isAlive: { !files.isOff }, kill: { files.failPower() })
        }
        let connections = KeapConnections(configuration, in: surroundings)
        let gym = configuration.gyms[0]
        let wire = AuthorizedTransport(surroundings.transport(gym.keap.site.address), connections.authorizer(of: gym))
        return await withTaskGroup(of: SixtyDays.Outcome?.self) { group in
            group.addTask {
                await connections.run()
                return nil
            }
            group.addTask {
                var outcome = SixtyDays.Outcome()
                var isArmed = false
                while !files.isOff, clock.now < end {
                    await owner(connections, &outcome)
                    // A process that has yet to mend what the one before it left is let live until it has.
                    if !isArmed, connections.standing(of: gym.id) == TokenStanding(isUsable: true) {
                        arm()
                        isArmed = true
                    }
                    if !files.isOff { await call(wire, &outcome) }
                    guard (try? await clock.sleep(for: .seconds(1_800))) != nil else { break }
                }
                return outcome
            }
            var outcome = SixtyDays.Outcome()
            while let ended = await group.next() {
                guard let ended else { continue }
                outcome = ended
                group.cancelAll()
            }
            return outcome
        }
    }

    /// What the next refresh meets.
    private func arm() {
        switch death {
        case .beforeItIsDone?: keap.expect([.killedBefore])
        case .afterItIsDone?: keap.expect([.killedAfter])
        case .atChange(let count)?: files.faults.powerFailsAt = files.changes + count
        case nil: keap.expect(fates)
        }
    }

    /// Connects where that is asked for, and looks whether it was for a reason.
    private func owner(_ connections: KeapConnections, _ outcome: inout SixtyDays.Outcome) async {
        let gym = configuration.gyms[0].id
        guard let standing = connections.standing(of: gym), standing.needsOwner else { return }
        if case .mustReconnect = standing.trouble {
            let token = connections[gym]?.file.load().memory?.pair.refresh.text ?? ""
            let wall = clock.wall.milliseconds
            let wouldBeTaken = keap.change { $0.takes(refresh: token, at: .init(milliseconds: wall)) }
            if wouldBeTaken { outcome.needless += 1 } else { outcome.needed += 1 }
        }
        guard let begun = connections.consents.begin(gym) else { return }
        keap.expect([])
        let address = keap.consent(to: begun.address, for: Self.account, at: clock.wall)
        // A process that dies meanwhile leaves it to the next.
        _ = try? await connections.consents.finish(pasted: address, state: begun.state, of: gym)
    }

    private func call(_ wire: AuthorizedTransport, _ outcome: inout SixtyDays.Outcome) async {
        outcome.calls += 1
        let request = APIRequest(APIEndpoint("tags"), .get, ["v2", "tags"])
        for _ in 0..<2 {
            guard let sent = try? await wire.send(request, deadline: .seconds(30)) else { break }
            if sent.response.isSuccess { return }
            guard sent.response.status == 401, await wire.rejected(sent.credentials) == .others else { break }
        }
        outcome.failed += 1
    }
}
