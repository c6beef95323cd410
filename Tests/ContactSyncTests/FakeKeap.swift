import ContactSync
import Keap
import Synchronization

/// A small Keap in memory, with the manners that matter to a sync: whole lists are replaced, tag names are unique,
/// ids that are unknown are gone, and any call may be made to fail.
final class FakeKeap: KeapAPI {
    struct Person: Equatable {
        var given = ""
        var family = ""
        var birthDate = ""
        var emails: [EmailSlot] = []
        var phones: [PhoneSlot] = []
        var addresses: [AddressSlot] = []
        var custom: [CustomFieldID: JSONValue] = [:]
        var texts: [ContactField: String] = [:]
        var company: RecordID?
        var tags: Set<TagID> = []
    }

    enum Event: Equatable {
        case added(TagID, ContactID)
        case removed(TagID, ContactID)
    }

    enum Fault {
        /// Nothing was done, and Keap said so.
        case unavailable
        /// Done, but the answer was lost.
        case doneUnclear
        /// Not done, and nobody can tell.
        case notDoneUnclear
        /// Not done, and a clear no.
        case refused
        /// Our process dies while Keap does it; every later call fails too.
        case diesAfter
        /// Our process dies before Keap does it.
        case diesBefore
    }

    struct World {
        var people: [ContactID: Person] = [:]
        var tags: [TagID: KeapTag] = [:]
        var categories: [CategoryID: String] = [:]
        var fields: [CustomFieldID: CustomFieldModel] = [:]
        var users: [KeapUser] = []
        var records: [RecordKind: [KeapRecord]] = [:]
        /// Nil: this edition has none.
        var appointments: [AppointmentID: AppointmentBody]? = [:]
        var nextID = 1
        var calls: [String] = []
        var faults: [Int: Fault] = [:]
        var isDead = false
        var pageSize = 1_000
        var events: [Event] = []
        var created: [ContactID] = []
        var answers: [TagID: TagAnswer] = [:]
        /// Keap's answer to every write to a contact, if it takes none.
        var refusal: KeapFailure?
        /// Keap's answer to what is written to a contact, if it minds something in it.
        var judge: (@Sendable (ContactBody) -> KeapFailure?)?
        /// Contents of custom fields that Keap does not take.
        var refusedContents: Set<JSONValue> = []
        /// Keap refuses to take tags off these, whenever they are in a batch.
        var unremovable: Set<ContactID> = []
        /// Its search does not show contacts that were created through it.
        var isSearchBehind = false
        /// Keap does not document what it does about a second tag of one name.
        var allowsTwinTags = false

        mutating func newID() -> String {
            nextID += 1
            return String(nextID)
        }
    }

    private final class Shared: Sendable {
        let world = Mutex(World())
        /// Runs after each call is counted and before it is done.
        let hook = Mutex<(@Sendable (String) async -> Void)?>(nil)
        /// What calls wait for before they are sent, as for a permit; the flag: they are an import's.
        let permit = Mutex<(@Sendable (String, Bool) async -> Void)?>(nil)
    }

    private let shared: Shared
    private let isImporting: Bool

    init() { (shared, isImporting) = (Shared(), false) }
    private init(importingTo keap: FakeKeap) { (shared, isImporting) = (keap.shared, true) }

    /// The same account, as imports call it.
    var importing: FakeKeap { FakeKeap(importingTo: self) }

    func with<T: Sendable>(_ body: (inout World) -> sending T) -> T { shared.world.withLock { body(&$0) } }

    var calls: [String] { with { $0.calls } }
    func forgetCalls() { with { $0.calls = [] } }

    func onCall(_ body: @escaping @Sendable (String) async -> Void) { shared.hook.withLock { $0 = body } }

    /// A call whose task is cancelled before `body` returns is not sent.
    func beforePermit(_ body: @escaping @Sendable (_ call: String, _ isImport: Bool) async -> Void) {
        shared.permit.withLock { $0 = body }
    }

    private func call<T: Sendable>(
        _ name: String, _ body: (inout World) throws(KeapFailure) -> T
    ) async throws(KeapFailure) -> T {
        if let permit = shared.permit.withLock({ $0 }) {
            await permit(name, isImporting)
            if Task.isCancelled { throw .cancelled }
        }
        let first = shared.hook.withLock { $0 }
        await first?(name)
        let outcome: Result<T, KeapFailure> = shared.world.withLock { world in
            if world.isDead { return .failure(.cancelled) }
            let fault = world.faults[world.calls.count]
            world.calls.append(name)
            switch fault {
            case .unavailable: return .failure(.unavailable(reason: "503"))
            case .refused: return .failure(.refused(status: 400, message: "no"))
            case .notDoneUnclear: return .failure(.unclear(reason: "time-out"))
            case .diesBefore:
                world.isDead = true
                return .failure(.cancelled)
            case .doneUnclear, .diesAfter, nil: break
            }
            let result: Result<T, KeapFailure>
            do throws(KeapFailure) {
                result = .success(try body(&world))
            } catch {
                result = .failure(error)
            }
            switch fault {
            case .doneUnclear: return .failure(.unclear(reason: "reset"))
            case .diesAfter:
                world.isDead = true
                return .failure(.cancelled)
            default: return result
            }
        }
        return try outcome.get()
    }

    // MARK: Contacts

    func contacts(
        where clauses: [ContactClause], fields: [ContactField], limit: Int
    ) async throws(KeapFailure) -> [KeapContact] {
        try await call("search") { world throws(KeapFailure) in
            var found: [KeapContact] = []
            for (id, person) in world.people.sorted(by: { $0.key > $1.key })
            where !(world.isSearchBehind && world.created.contains(id)) {
                var fits = true
                for clause in clauses {
                    switch clause {
                    case .email(let email):
                        fits = fits && person.emails.contains { $0.email.lowercased() == email.lowercased() }
                    case .givenName(let name): fits = fits && person.given == name
                    case .familyName(let name): fits = fits && person.family == name
                    case .custom(let fieldName, let value):
                        guard let field = world.fields.values.first(where: { $0.fieldName == fieldName }) else {
                            throw .refused(status: 400, message: "unknown field \(fieldName)")
                        }
                        fits = fits && person.custom[field.id] == .string(value)
                    }
                }
                if fits { found.append(FakeKeap.shown(id, person, fields)) }
            }
            return Array(found.prefix(limit))
        }
    }

    func contacts(fields: [ContactField], page: String?) async throws(KeapFailure) -> Page<KeapContact> {
        try await call("page \(page ?? "1")") { world throws(KeapFailure) in
            let all = world.people.sorted { $0.key < $1.key }.map { FakeKeap.shown($0.key, $0.value, fields) }
            let number = page.flatMap { Int($0) } ?? 1
            let items = all.dropFirst((number - 1) * world.pageSize).prefix(world.pageSize)
            let isLast = number * world.pageSize >= all.count
            return Page(items: Array(items), next: isLast ? nil : String(number + 1))
        }
    }

    func contact(_ id: ContactID, fields: [ContactField]) async throws(KeapFailure) -> KeapContact {
        try await call("read \(id)") { world throws(KeapFailure) in
            FakeKeap.shown(id, try FakeKeap.person(id, world), fields)
        }
    }

    func create(_ body: ContactBody, duplicates: DuplicateOption?) async throws(KeapFailure) -> CreatedContact {
        try await call("create \(duplicates?.rawValue ?? "always")") { world throws(KeapFailure) in
            let emails = (body.emails ?? []).map { $0.email.lowercased() }
            if duplicates == .emailAndName {
                let same = world.people.filter { _, person in
                    person.given.lowercased() == (body.givenName ?? "").lowercased()
                        && person.family.lowercased() == (body.familyName ?? "").lowercased()
                        && person.emails.contains { emails.contains($0.email.lowercased()) }
                }.keys.min()
                if let same {
                    world.people[same] = try FakeKeap.written(body, onto: world.people[same]!, world)
                    return CreatedContact(id: same, isNew: false)
                }
            }
            guard !emails.isEmpty || !(body.phones ?? []).isEmpty || !(body.addresses ?? []).isEmpty else {
                throw .refused(status: 400, message: "email, phone or address is required")
            }
            let person = try FakeKeap.written(body, onto: Person(), world)
            let id = ContactID(world.newID())
            world.people[id] = person
            world.created.append(id)
            return CreatedContact(id: id, isNew: true)
        }
    }

    func update(_ id: ContactID, with body: ContactBody) async throws(KeapFailure) {
        try await call("update \(id)") { world throws(KeapFailure) in
            world.people[id] = try FakeKeap.written(body, onto: try FakeKeap.person(id, world), world)
        }
    }

    private static func person(_ id: ContactID, _ world: World) throws(KeapFailure) -> Person {
        guard let person = world.people[id] else { throw .gone(message: "CONTACT_NOT_FOUND") }
        return person
    }

    private static func shown(_ id: ContactID, _ person: Person, _ fields: [ContactField]) -> KeapContact {
        var contact = KeapContact(id: id)
        for field in fields {
            switch field {
            case .id: break
            case .givenName: contact.givenName = person.given
            case .familyName: contact.familyName = person.family
            case .birthDate: contact.birthDate = person.birthDate
            case .emailAddresses: contact.emails = person.emails
            case .phoneNumbers: contact.phones = person.phones
            case .addresses: contact.addresses = person.addresses
            // Keap leaves out what is empty.
            case .customFields:
                if !person.custom.isEmpty {
                    contact.customFields = person.custom.map { CustomFieldContent(id: $0, content: $1) }
                }
            case .tagIDs: contact.tags = person.tags.sorted()
            case .company: contact.company = person.company.map { ContactCompany(id: $0, name: nil) }
            default: contact.texts[field] = person.texts[field]
            }
        }
        return contact
    }

    private static func written(
        _ body: ContactBody, onto person: Person, _ world: World
    ) throws(KeapFailure) -> Person {
        if let refusal = world.refusal ?? world.judge?(body) { throw refusal }
        var person = person
        person.given = body.givenName ?? person.given
        person.family = body.familyName ?? person.family
        person.birthDate = body.birthDate ?? person.birthDate
        person.emails = body.emails?.map { EmailSlot(field: $0.field, email: $0.email) } ?? person.emails
        person.phones = body.phones ?? person.phones
        person.addresses = body.addresses ?? person.addresses
        for (field, text) in body.texts { person.texts[field] = text.isEmpty ? nil : text }
        person.company = body.company ?? person.company
        if let custom = body.customFields {
            person.custom = [:]
            for content in custom {
                guard world.fields[content.id] != nil else {
                    throw .refused(status: 400, message: "custom field \(content.id) does not exist")
                }
                guard !world.refusedContents.contains(content.content) else {
                    throw .refused(status: 400, message: "no such content")
                }
                person.custom[content.id] = content.content
            }
        }
        guard person.given.count <= 40, person.family.count <= 40 else {
            throw .refused(status: 400, message: "name too long")
        }
        for address in person.addresses {
            guard let region = address.regionCode else { continue }
            guard let country = address.countryCode else {
                throw .refused(status: 400, message: "country_code is required with region_code")
            }
            let prefixes = ["USA": "US-", "CAN": "CA-", "AUS": "AU-", "DEU": "DE-"]
            guard let prefix = prefixes[country], region.hasPrefix(prefix) else {
                throw .refused(status: 400, message: "\(address.field) Region is invalid")
            }
        }
        return person
    }

    // MARK: Tags of contacts

    func apply(_ tags: [TagID], to contact: ContactID) async throws(KeapFailure) -> [TagID: TagAnswer] {
        try await call("apply \(contact)") { world throws(KeapFailure) in
            guard world.people[contact] != nil else {
                return Dictionary(uniqueKeysWithValues: tags.map { ($0, .contactGone) })
            }
            var answers: [TagID: TagAnswer] = [:]
            for tag in tags {
                if let answer = world.answers[tag] {
                    answers[tag] = answer
                } else if world.tags[tag] == nil {
                    answers[tag] = .tagGone
                } else if world.people[contact]!.tags.insert(tag).inserted {
                    answers[tag] = .applied
                    world.events.append(.added(tag, contact))
                } else {
                    answers[tag] = .duplicate
                }
            }
            return answers
        }
    }

    func remove(_ tags: [TagID], from contact: ContactID) async throws(KeapFailure) {
        try await call("remove \(contact)") { world throws(KeapFailure) in
            _ = try FakeKeap.person(contact, world)
            if tags.contains(where: { world.tags[$0] == nil }) { throw .gone(message: "TAG_ID_NOT_FOUND") }
            for tag in tags where world.people[contact]!.tags.remove(tag) != nil {
                world.events.append(.removed(tag, contact))
            }
        }
    }

    func remove(_ tag: TagID, from contacts: [ContactID]) async throws(KeapFailure) {
        try await call("remove tag \(tag) from \(contacts.count)") { world throws(KeapFailure) in
            guard world.tags[tag] != nil else { throw .gone(message: "TAG_ID_NOT_FOUND") }
            guard contacts.count <= 100 else { throw .refused(status: 400, message: "too many") }
            if contacts.contains(where: world.unremovable.contains) { throw .refused(status: 400, message: "unlucky") }
            for contact in contacts where world.people[contact]?.tags.remove(tag) != nil {
                world.events.append(.removed(tag, contact))
            }
        }
    }

    func wearers(of tag: TagID, page: String?) async throws(KeapFailure) -> Page<ContactID> {
        try await call("wearers \(tag)") { world throws(KeapFailure) in
            guard world.tags[tag] != nil else { throw .gone(message: "TAG_ID_NOT_FOUND") }
            let all = world.people.filter { $0.value.tags.contains(tag) }.keys.sorted()
            return Page(items: Array(all.prefix(1_000)), next: all.count > 1_000 ? "2" : nil)
        }
    }

    // MARK: Tags, categories, custom fields

    func tags(named name: String) async throws(KeapFailure) -> [KeapTag] {
        try await call("tags named") { world throws(KeapFailure) in
            world.tags.values.filter { $0.name.lowercased() == name.lowercased() }
        }
    }

    func tags() async throws(KeapFailure) -> [KeapTag] {
        try await call("all tags") { world throws(KeapFailure) in Array(world.tags.values) }
    }

    func createTag(_ name: String, in category: CategoryID?) async throws(KeapFailure) -> KeapTag {
        try await call("create tag") { world throws(KeapFailure) in
            if let category, world.categories[category] == nil {
                throw .refused(status: 400, message: "category does not exist")
            }
            let isTaken = world.tags.values.contains { $0.name.lowercased() == name.lowercased() }
            guard world.allowsTwinTags || !isTaken else {
                throw .refused(status: 400, message: "tag name is taken")
            }
            let tag = KeapTag(id: TagID(world.newID()), name: name, category: category)
            world.tags[tag.id] = tag
            return tag
        }
    }

    func rename(_ tag: TagID, to name: String) async throws(KeapFailure) {
        try await call("rename \(tag)") { world throws(KeapFailure) in
            guard world.tags[tag] != nil else { throw .gone(message: "TAG_ID_NOT_FOUND") }
            if world.tags.values.contains(where: { $0.id != tag && $0.name.lowercased() == name.lowercased() }) {
                throw .refused(status: 400, message: "tag name is taken")
            }
            world.tags[tag]!.name = name
        }
    }

    func delete(_ tag: TagID) async throws(KeapFailure) {
        try await call("delete \(tag)") { world throws(KeapFailure) in
            guard world.tags.removeValue(forKey: tag) != nil else { throw .gone(message: "TAG_ID_NOT_FOUND") }
            for id in world.people.keys { world.people[id]!.tags.remove(tag) }
        }
    }

    func categories(named name: String) async throws(KeapFailure) -> [KeapCategory] {
        try await call("categories named") { world throws(KeapFailure) in
            world.categories.filter { $0.value == name }.map { KeapCategory(id: $0.key, name: $0.value) }
        }
    }

    func createCategory(_ name: String) async throws(KeapFailure) -> KeapCategory {
        try await call("create category") { world throws(KeapFailure) in
            guard !world.categories.values.contains(name) else {
                throw .refused(status: 400, message: "category name is taken")
            }
            let id = CategoryID(world.newID())
            world.categories[id] = name
            return KeapCategory(id: id, name: name)
        }
    }

    func customFields() async throws(KeapFailure) -> [CustomFieldModel] {
        try await call("model") { world throws(KeapFailure) in Array(world.fields.values) }
    }

    func createCustomField(_ label: String, type: CustomFieldType) async throws(KeapFailure) -> CustomFieldModel {
        try await call("create field") { world throws(KeapFailure) in
            let id = CustomFieldID(world.newID())
            let name = "_" + label.filter { $0 != " " } + id.text
            let model = CustomFieldModel(id: id, label: label, fieldName: name, fieldType: type.rawValue)
            world.fields[id] = model
            return model
        }
    }

    func probe() async throws(KeapFailure) -> String { "fake" }
}

/// What a booking may need beside a contact and its tags.
extension FakeKeap {
    func users() async throws(KeapFailure) -> [KeapUser] {
        try await call("users") { world throws(KeapFailure) in world.users }
    }

    func records(_ kind: RecordKind, named name: String) async throws(KeapFailure) -> [KeapRecord] {
        try await call("\(kind)s named") { world throws(KeapFailure) in
            (world.records[kind] ?? []).filter { $0.name.lowercased() == name.lowercased() }
        }
    }

    func createRecord(
        _ kind: RecordKind, named name: String, in category: RecordID?
    ) async throws(KeapFailure) -> KeapRecord {
        try await call("create \(kind)") { world throws(KeapFailure) in
            if let category, world.records[.leadSourceCategory]?.contains(where: { $0.id == category }) != true {
                throw .refused(status: 400, message: "category does not exist")
            }
            let record = KeapRecord(id: RecordID(world.newID()), name: name)
            world.records[kind, default: []].append(record)
            return record
        }
    }

    func appointments(
        of contact: ContactID, in span: ClosedRange<KeapTime>
    ) async throws(KeapFailure) -> [KeapAppointment] {
        try await call("appointments \(contact)") { world throws(KeapFailure) in
            guard let appointments = world.appointments else { throw FakeKeap.noAppointments }
            return appointments.filter { $0.value.contact == contact && span.contains($0.value.start) }
                .sorted { $0.key < $1.key }.map {
                    KeapAppointment(
                        id: $0.key, title: $0.value.title, description: $0.value.description, start: $0.value.start)
                }
        }
    }

    func create(_ appointment: AppointmentBody) async throws(KeapFailure) -> AppointmentID? {
        try await call("create appointment") { world throws(KeapFailure) in
            guard world.appointments != nil else { throw FakeKeap.noAppointments }
            let id = AppointmentID(world.newID())
            world.appointments?[id] = appointment
            return id
        }
    }

    func update(_ id: AppointmentID, with appointment: AppointmentBody) async throws(KeapFailure) {
        try await call("update appointment \(id)") { world throws(KeapFailure) in
            guard world.appointments?[id] != nil else { throw .gone(message: "APPOINTMENT_NOT_FOUND") }
            world.appointments?[id] = appointment
        }
    }

    func delete(_ id: AppointmentID, of contact: ContactID) async throws(KeapFailure) {
        try await call("delete appointment \(id)") { world throws(KeapFailure) in
            guard world.appointments?.removeValue(forKey: id) != nil else {
                throw .gone(message: "APPOINTMENT_NOT_FOUND")
            }
        }
    }

    private static let noAppointments = KeapFailure.refused(status: 403, message: "this edition has no appointments")
}
