import Connectors
@testable import ContactSync
import Keap
import Synchronization

/// A gym with its lanes, as the service would run them: keeps what was saved, and may lose the rest.
final class Gym: Sendable {
    let keap = FakeKeap()
    /// How many searches imports believe to have ahead; none makes them search one by one.
    let searchesAhead = Dial(0)
    private let addresses: Mutex<AddressLocks>
    let settings: SyncSettings
    private let disk = Mutex(Disk())
    private let running: Mutex<(keeper: TagService, deliverer: Deliverer)>

    private struct Disk {
        var directory: [UInt8] = []
        var lanes: [String: [UInt8]] = [:]
        var others: Set<ContactID> = []
        /// Whose lanes contacts and names are, of people with ids.
        var claims: [ContactID: String] = [:]
        var names: [String: String] = [:]
        var sharedNames: [String: String] = [:]
        var saves = 0
        var isFull = false
    }

    struct DiskFull: Error {}

    init(_ change: (inout SyncSettings) -> Void = { _ in }) throws {
        var settings = SyncSettings()
        change(&settings)
        self.settings = settings
        let keeper = try TagService(settings: settings, saved: nil, calls: keap) { _ in }
        addresses = Mutex(AddressLocks())
        running = Mutex((keeper, Deliverer(keeper: keeper)))
        try restart()
    }

    var keeper: TagService { running.withLock { $0.keeper } }
    /// How many wait for an address that is held.
    func waiting(for address: String) -> Int { addresses.withLock { $0.waiting(for: address) } }

    var deliverer: Deliverer { running.withLock { $0.deliverer } }

    /// As after `kill -9`: only what was saved is left.
    func restart() throws {
        keap.with { $0.isDead = false }
        let saved = disk.withLock { $0.directory }
        let keeper = try TagService(settings: settings, saved: saved, calls: keap) { [self] bytes in
            try keep { $0.directory = bytes }
        }
        let calls = keap.importing
        let imports = ImportCalls(
            calls: calls,
            readAhead: ContactPrefetch(calls: calls, now: { .zero }, searchesAhead: { [self] in searchesAhead.value }))
        let locks = AddressLocks()
        addresses.withLock { $0 = locks }
        running.withLock { $0 = (keeper, Deliverer(keeper: keeper, imports: imports, addresses: locks)) }
    }

    private func keep(_ change: (inout Disk) -> Void) throws {
        try disk.withLock { disk in
            guard !disk.isFull else { throw DiskFull() }
            // A dead process saves nothing.
            guard !keap.with({ $0.isDead }) else { throw CancellationError() }
            disk.saves += 1
            change(&disk)
        }
    }

    /// Contacts that another lane came to first.
    func giveAway(_ contact: ContactID) { disk.withLock { _ = $0.others.insert(contact) } }

    func fillDisk(_ isFull: Bool = true) { disk.withLock { $0.isFull = isFull } }
    var saves: Int { disk.withLock { $0.saves } }
    func mirror(_ lane: String) throws -> Mirror { try Mirror(bytes: disk.withLock { $0.lanes[lane] ?? [] }) }

    /// One attempt. Its outcome is written to the lane, unless the process died.
    @discardableResult
    func deliver(
        _ change: Change, job: UInt64, isImport: Bool = false, lane: String
    ) async -> Delivery {
        let state = disk.withLock { $0.lanes[lane] ?? [] }
        if case .person(let person) = change, let name = person.nameKey {
            disk.withLock { $0.names[name] = $0.names[name] ?? lane }
        }
        let hold = DeliveryContext(
            save: { [self] bytes in try keep { $0.lanes[lane] = bytes } },
            claim: { [self] contact in claim(contact, for: lane) },
            isNamesakes: { [self] name in isNamesakes(name, lane) })
        let delivery = await deliverer.deliver(change, job: job, isImport: isImport, state: state, hold: hold)
        if !keap.with({ $0.isDead }) { disk.withLock { $0.lanes[lane] = delivery.state } }
        return delivery
    }

    /// As the queue answers it; the lanes of people with ids never become one.
    private func claim(_ contact: ContactID, for lane: String) -> ContactClaimAnswer {
        disk.withLock { disk in
            if disk.others.contains(contact) { return .joining }
            guard lane.hasPrefix("zp-") else { return .own }
            let owner = disk.claims[contact] ?? lane
            disk.claims[contact] = owner
            return owner == lane ? .own : .others
        }
    }

    private func isNamesakes(_ name: NameKey, _ lane: String) -> Bool {
        disk.withLock { disk in
            if let first = disk.names[name.text], first != lane {
                disk.sharedNames[name.text] = disk.sharedNames[name.text] ?? lane
                return true
            }
            return disk.sharedNames[name.text].map { $0 != lane } ?? false
        }
    }

    @discardableResult
    func deliver(_ person: PersonSnapshot, job: UInt64 = 1) async -> Delivery {
        await deliver(.person(person), job: job, lane: person.sourceID)
    }

    /// Attempts until it is done or dead, restarting after each death. Nil if it never ends.
    func run(_ change: Change, job: UInt64, lane: String) async throws -> Delivery? {
        for _ in 0..<20 {
            let delivery = await deliver(change, job: job, lane: lane)
            if keap.with({ $0.isDead }) {
                try restart()
                // The queue tells of pending gym-wide changes again before it dispatches anything.
                if case .program(let change) = change { keeper.announce(change, job: job) }
                continue
            }
            switch delivery {
            case .done, .dead: return delivery
            case .retry, .interrupted: continue
            }
        }
        return nil
    }

    /// Category and own fields are there, as after a first change.
    func connectForTests() async throws {
        await deliver(.ana { $0.sourceID = "zp-0" })
        keap.with { $0.people = [:] }
    }

    // MARK: What Keap has

    func tagNames(_ id: ContactID) -> [String] {
        keap.with { world in
            (world.people[id]?.tags ?? []).compactMap { world.tags[$0]?.name }.sorted()
        }
    }

    func custom(_ label: String, of id: ContactID) -> String? {
        keap.with { world in
            guard let field = world.fields.values.first(where: { $0.label == label }),
                case .string(let text)? = world.people[id]?.custom[field.id]
            else { return nil }
            return text
        }
    }

    var onlyContact: ContactID? {
        keap.with { $0.people.count == 1 ? $0.people.keys.first : nil }
    }
}

extension Delivery {
    var state: [UInt8] {
        switch self {
        case .done(let state, _), .retry(_, let state, _), .dead(_, let state), .interrupted(let state): state
        }
    }

    var isDone: Bool { if case .done = self { true } else { false } }
    var notes: [String]? { if case .done(_, let notes) = self { notes.map(\.text) } else { nil } }

    var reason: String? {
        switch self {
        case .retry(let reason, _, _), .dead(let reason, _): reason
        case .done, .interrupted: nil
        }
    }

    var isDead: Bool { if case .dead = self { true } else { false } }
}

extension PersonSnapshot {
    /// Ana, a student of Kids, whom every test may change.
    static func ana(_ change: (inout PersonSnapshot) -> Void = { _ in }) -> PersonSnapshot {
        var person = PersonSnapshot(
            sourceID: "zp-1",
            values: [
                .firstName: .value("Ana"), .lastName: .value("Ruiz"), .email: .value("ana@example.org"),
                .mobilePhone: .value("303-555-0100"), .birthDate: .value("2014-07-09"),
                .address1: .value("1 Main St"), .city: .value("Denver"), .state: .value("Colorado"),
                .zip: .value("80203"), .country: .value("US"), .signupDate: .value("2026-02-14"),
                .prospectSource: .value("Facebook"),
            ],
            status: .value("Student"), programs: [ProgramMembership(id: "p1", name: "Kids", status: "CURRENT")])
        change(&person)
        return person
    }
}

extension PersonSnapshot {
    func with(_ fields: [(SyncedField, String)]) -> PersonSnapshot {
        var person = self
        for (field, text) in fields { person.values[field] = FieldValue(text) }
        return person
    }
}

extension FakeKeap {
    /// Puts a contact there by hand, as Keap's own users would.
    func put(_ id: String, _ change: (inout Person) -> Void) {
        with { world in
            var person = Person()
            change(&person)
            world.people[ContactID(id)] = person
        }
    }

    func person(_ id: ContactID) -> Person? { with { $0.people[id] } }
}
