import ChartMogulFeed
import ConfigurationReading
import Connectors
import ContactSync
import Foundation
import DurableQueue

/// One gym at work: what reads its messages, what delivers them, and what it has learned.
final class Gym: Sendable {
    let id: GymID
    let name: String
    let sources: GymSources
    /// Where its changes go.
    let destinations: [any Destination]
    let contacts: ContactDestination
    let attention: Attention
    private let unknownFields = UnknownFields()
    private let saveAttention: @Sendable (Attention.Save) async throws -> Void

    init(
        _ configuration: GymConfiguration, destinations: [any Destination], attention: Attention,
        saveAttention: @escaping @Sendable (Attention.Save) async throws -> Void
    ) {
        id = configuration.id
        name = configuration.name
        sources = configuration.sources
        self.destinations = destinations
        guard let contacts = destinations.lazy.compactMap({ $0 as? ContactDestination }).first else {
            preconditionFailure("every gym has contacts in Keap")
        }
        self.contacts = contacts
        self.attention = attention
        self.saveAttention = saveAttention
    }

    /// Goes on with all that was announced of the same gym.
    func takeOver(from old: Gym) {
        func takeOver<Target: Destination>(_ mine: Target) {
            for case let theirs as Target in old.destinations { mine.takeOver(from: theirs) }
        }
        for destination in destinations { takeOver(destination) }
    }

    var account: KeapAccount { contacts.account }

    /// Nil: its bills go nowhere.
    var feed: Feed? { destinations.lazy.compactMap { $0 as? Feed }.first }

    /// Why none of its changes may be delivered until other settings are read. Nil: they may.
    var hold: String? { account.holds[id] }

    /// Why its changes wait for a person to connect it, or for a new access token. Nil: they do not.
    var closed: String? { account.connections.obstacle(of: id) }

    /// Whether its configuration names a source of this kind.
    func has<Kind: Source>(_ kind: Kind.Type) -> Bool { sources[kind] != nil }

    struct ReadingProblem: Error { var sentence: String }

    /// What a stored message means under the present settings.
    func read(_ payload: [UInt8]) -> Result<any InboundChange, ReadingProblem> {
        guard let message = StoredMessage(payload) else { return .failure(Self.newer) }
        if message.tag == .resync {
            guard let order = ResyncOrder(message) else {
                return .failure(.init(sentence: "an order to resync that this version cannot read"))
            }
            return .success(Change.contact(order))
        }
        if message.tag == BillingChange.tag {
            guard let change = BillingChange(message) else {
                return .failure(
                    .init(sentence: "what was read of Keap's bills, in a form that this version cannot read"))
            }
            return .success(change)
        }
        guard let kind = Sources.source(of: message.tag) else { return .failure(Self.newer) }
        switch sources.reading(kind).read(message) {
        case .change(let change): return .success(change)
        case .unplaced(let reason): return .failure(.init(sentence: reason))
        }
    }

    private static var newer: ReadingProblem {
        .init(sentence: "a newer version of Lockstep stored this message; it is kept for that version")
    }

    /// What a running job waits for beside the accounts, in a sentence.
    func wait(of job: JobID) -> String? { destinations.lazy.compactMap { $0.wait(of: job) }.first }

    /// Keeps what a person should look at, under the lane it came from.
    func note(_ notes: [AttentionNote], about subject: String, lane: String, job: String) async {
        let entry = Attention.Entry(
            lane: lane, person: subject, notes: notes, job: job,
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
