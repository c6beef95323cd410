import Connectors
import ConfigurationReading
import ContactSync
import DurableQueue
import Keap

/// Keap's contacts: people, programs and bookings go there.
struct ContactDestination: Destination {
    typealias Change = ContactSync.Change
    typealias State = Mirror
    typealias Settings = SyncSettings

    static let name = "Keap"

    let gym: GymID
    let tags: TagService
    let account: KeapAccount
    let resync: ContactResync
    private let deliverer: Deliverer
    private let log: ServiceLog

    init(
        of gym: GymID, _ tags: TagService, imports: ImportCalls, account: KeapAccount, resync: ContactResync,
        log: ServiceLog
    ) {
        self.gym = gym
        self.tags = tags
        self.account = account
        self.resync = resync
        self.log = log
        deliverer = Deliverer(keeper: tags, imports: imports, addresses: { account.shared.addresses })
    }

    var peer: any PeerAccount { account }

    func takeOver(from other: ContactDestination) { tags.takeOver(from: other.tags) }

    func doubtEverything() async throws { try await tags.doubtEverything() }

    func announce(_ change: Change, job: JobID) {
        if case .program(let program) = change { tags.announce(program, job: job.rawValue) }
    }

    /// What no newer snapshot carried of a person's. Other changes are whole, whenever they come.
    func remainder(of change: Change, job: JobID, after state: LaneState) -> Remainder<Change> {
        guard case .person(let person) = change else { return .all }
        return person.leftOver(after: state.bytes, job: job.rawValue).map { .part(.person($0)) }
            ?? .nothing(.person(person.withoutParts))
    }

    func deliver(_ change: Change, in run: DeliveryAttempt) async -> Delivery {
        if case .contact(let order as ResyncOrder) = change, order.scope != .lane {
            return await resync.deliver(order, job: run.job, state: run.state.bytes, log)
        }
        if let wait = await account.wait(of: gym, state: run.state.bytes) {
            return wait
        }
        // One that cannot be read is reported by the delivery.
        let mirror = try? run.state.value(Mirror.init(bytes:))
        return await deliverer.deliver(
            change, job: run.job.rawValue, isImport: run.isImport, state: run.state.bytes, mirror: mirror,
            hold: Self.context(of: run.lane, run.carriers))
    }

    private static func context(of lane: LaneHandle, _ carriers: [String: UInt64]) -> DeliveryContext {
        DeliveryContext(
            newestSnapshot: lane.newestSnapshot?.rawValue ?? 0, carriers: carriers, begin: { lane.begin() },
            waits: { lane.waits(for: $0) },
            save: { try await lane.save($0) },
            claim: { contact in
                switch try await lane.claim(LaneKeys.key(of: contact)) {
                case .own: return .own
                case .joining: return .joining
                case .others: return .others
                }
            },
            isNamesakes: { name in await isNamesakes(name, lane) })
    }

    /// The lane that came first with a name is found by it, and is not told of those that came later. So each of these
    /// leaves a key for it to find.
    private static func isNamesakes(_ name: NameKey, _ lane: LaneHandle) async -> Bool {
        let shared = LaneKeys.key(ofShared: name)
        guard await lane.isOthers(LaneKeys.key(of: name)) else { return await lane.isOthers(shared) }
        // Where it fails, so will what is written next.
        _ = try? await lane.claim(shared)
        return true
    }

    func wait(of job: JobID) -> String? { deliverer.wait(of: job.rawValue) }
}

extension Mirror: DestinationState {
    /// It is kept as a JSON object.
    static var mark: UInt8 { UInt8(ascii: "{") }

    static func united(_ a: Mirror, _ b: Mirror) -> Mirror {
        var memories: [String: @Sendable (String, String) -> String] = [:]
        for source in Sources.ofContacts {
            if let memory = source.memory { memories[memory.name] = memory.unite }
        }
        return merge(a, b, uniting: memories)
    }
}
