import ConfigurationReading
import Connectors
import ContactSync
import Foundation
import DurableQueue

/// The gyms of a service, by their ids.
struct Gyms: Sendable {
    private var byID: [String: Gym] = [:]

    init(_ gyms: [Gym] = []) { byID = Dictionary(gyms.map { ($0.id.description, $0) }) { $1 } }

    subscript(id: String) -> Gym? { byID[id] }
    var all: [Gym] { byID.values.sorted { $0.id.description < $1.id.description } }
}

/// One gym at work: what reads its messages, what delivers them, and what it has learned.
final class Gym: Sendable {
    let id: GymID
    let name: String
    let sources: GymSources
    let keeper: TagService
    let account: KeapAccount
    let attention: Attention
    let resync: GymResync
    private let deliverer: Deliverer
    private let unknownFields = UnknownFields()
    private let saveAttention: @Sendable (Attention.Save) async throws -> Void

    init(
        _ configuration: GymConfiguration, account: KeapAccount, keeper: TagService, imports: ImportCalls,
        attention: Attention, resync: GymResync,
        saveAttention: @escaping @Sendable (Attention.Save) async throws -> Void
    ) {
        id = configuration.id
        name = configuration.name
        sources = configuration.sources
        self.account = account
        self.keeper = keeper
        self.attention = attention
        self.resync = resync
        self.saveAttention = saveAttention
        deliverer = Deliverer(keeper: keeper, imports: imports, addresses: { account.shared.addresses })
    }

    /// Whether its configuration names a source of this kind.
    func has<Kind: Source>(_ kind: Kind.Type) -> Bool { sources[kind] != nil }

    struct ReadingProblem: Error { var sentence: String }

    /// What a stored message means under the present settings.
    func read(_ payload: [UInt8]) -> Result<Change, ReadingProblem> {
        guard let message = StoredMessage(payload) else { return .failure(Self.newer) }
        if message.tag == .resync {
            guard let order = ResyncOrder(message) else {
                return .failure(.init(sentence: "an order to resync that this version cannot read"))
            }
            return .success(.contact(Resync(subject: order.subject)))
        }
        guard let kind = Sources.source(of: message.tag) else { return .failure(Self.newer) }
        switch sources.reading(kind).read(message) {
        case .change(let change as Change): return .success(change)
        case .change: return .failure(Self.newer)
        case .unplaced(let reason): return .failure(.init(sentence: reason))
        }
    }

    private static var newer: ReadingProblem {
        .init(sentence: "a newer version of Lockstep stored this message; it is kept for that version")
    }

    func deliver(
        _ change: Change, job: JobID, isImport: Bool, carriers: [String: UInt64] = [:], state: LaneState,
        lane: LaneHandle
    ) async -> Delivery {
        if let wait = await account.wait(of: id, isImport: isImport, state: state.bytes) { return wait }
        let hold = DeliveryContext(
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
            isNamesakes: { name in await Self.isNamesakes(name, lane) })
        // One that cannot be read is reported by the delivery.
        let mirror = try? state.value(Mirror.init(bytes:))
        return await deliverer.deliver(
            change, job: job.rawValue, isImport: isImport, state: state.bytes, mirror: mirror, hold: hold)
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

    /// What a running job waits for beside Keap, in a sentence.
    func wait(of job: JobID) -> String? { deliverer.wait(of: job.rawValue) }

    /// Keeps what a person should look at, under the lane it came from.
    func note(_ notes: [AttentionNote], about change: Change, lane: String, job: String) async {
        let entry = Attention.Entry(
            lane: lane, person: change.subject, notes: notes, job: job,
            at: Int64(Date.now.timeIntervalSince1970 * 1000))
        await keep(attention.note(entry))
    }

    /// Lists names of fields that mean nothing here, each once for the gym: the messages keep them, and a mapping could use
    /// them.
    func note(_ unknown: [UnknownField], job: JobID) async {
        for field in unknownFields.new(of: unknown) {
            let note = AttentionNote(field.advice, field: field.name)
            await keep(
                attention.note(
                    Attention.Entry(
                        lane: "field \(field.name)", person: "", notes: [note], job: job.description,
                        at: Int64(Date.now.timeIntervalSince1970 * 1000))))
        }
    }

    func keep(_ saves: [Attention.Save]) async {
        for save in saves {
            do {
                try await saveAttention(save)
            } catch {
                // Hints come again with the next delivery; a poisoned journal is reported where it matters.
                attention.noteUnsaved()
            }
        }
    }
}

extension GymID {
    var tenant: TenantID { TenantID(rawValue: description) }
}
