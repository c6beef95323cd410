/// One Keap account: contacts, tags, custom fields, and what happened to them. Endpoints are in extensions.
///
/// The indices follow every change of a contact, because every change goes through `insert`, `change` and `erase`.
package struct Account: Sendable {
    package let appName: String
    /// The OAuth client whose limits it shares.
    let client: String?
    let quirks: Quirks
    let identifyingFields: Set<String>

    package private(set) var contacts: [Int: Contact] = [:]
    private(set) var contactOrder: [Int] = []  // ids, ascending
    package internal(set) var tags: [Int: Tag] = [:]
    package internal(set) var categories: [Int: TagCategory] = [:]
    package internal(set) var fields: [Int: CustomField] = [:]
    package internal(set) var records: [Record.Kind: [Int: Record]] = [:]
    package internal(set) var appointments: [Int: Appointment] = [:]
    package internal(set) var billing: BillingBook
    package internal(set) var hooks: HookDesk
    package let users: [Int: User]
    let hasAppointments: Bool

    private var byEmail: [String: Set<Int>] = [:]
    private var byContent: [FieldContent: Set<Int>] = [:]
    var byTag: [Int: Set<Int>] = [:]

    package internal(set) var history: ContactHistory
    package internal(set) var duplicates: [Duplicate] = []
    var throttle: Throttle

    private var lastContact = 1_000
    var lastTag = 100
    var lastCategory = 10
    var lastField = 0
    var lastRecord = 500
    var lastAppointment = 300

    private struct FieldContent: Hashable {
        var field: Int
        var content: String
    }

    init(_ setup: AccountSetup, options: WorldOptions) {
        appName = setup.appName
        client = setup.client
        quirks = options.quirks
        identifyingFields = options.identifyingFields
        hasAppointments = setup.hasAppointments
        let owner = User(id: 1, givenName: "Simulated", familyName: "Owner", email: "owner@" + setup.appName)
        users = Dictionary(([owner] + setup.users).map { ($0.id, $0) }) { _, last in last }
        billing = BillingBook(currency: SimCurrency(setup.currency))
        hooks = HookDesk(account: setup.appName, seed: options.seed)
        history = ContactHistory(most: options.rememberedEventsPerContact)
        var limits = setup.limits ?? options.limits
        if client != nil { limits = limits.ofTenantOnly }
        throttle = Throttle(
            limits: limits, counting: options.counting,
            refusedRequestsCount: options.refusedRequestsCount)
    }
}

extension Account {
    /// The most requests that ever arrived in one second, minute, day, refused or not.
    package var peaks: [LimitWindow: Int] { throttle.peaks }
    /// Requests that were over a limit.
    package var overruns: [LimitWindow: Int] { throttle.overruns }

    /// The next contact's id, never given out again.
    mutating func newContactID() -> Int {
        lastContact += 1
        return lastContact
    }

    func contact(_ id: Int) throws(Refusal) -> Contact {
        guard let contact = contacts[id] else { throw .unknown("Contact", id) }
        return contact
    }

    /// Ids of contacts that have an e-mail address in any slot.
    func contacts(withEmail email: String) -> Set<Int> { byEmail[folded(email)] ?? [] }
    func contacts(withContent content: String, inField field: Int) -> Set<Int> {
        byContent[FieldContent(field: field, content: folded(content))] ?? []
    }
    package func wearers(of tag: Int) -> Set<Int> { byTag[tag] ?? [] }

    mutating func insert(_ contact: Contact, by act: Act) {
        precondition(contacts[contact.id] == nil, "A contact's id is given out once.")
        noteDuplicates(of: contact, by: act)
        contacts[contact.id] = contact
        contactOrder.append(contact.id)
        index(contact)
        history.add(.created, of: contact.id, by: act)
        hooks.add(HookEvent(key: "contact.add", object: contact.id), at: act.now)
        for tag in contact.tags.keys.sorted() { history.add(.tagApplied(tag), of: contact.id, by: act) }
    }

    /// Puts a changed contact in the place of the old one.
    mutating func change(_ contact: Contact, writes: [FieldWrite], by act: Act) {
        guard let old = contacts[contact.id] else { return }
        unindex(old)
        var contact = contact
        if !writes.isEmpty { contact.updated = act.now }
        if writes.contains(where: { $0.name.hasPrefix("custom_fields.") }) { noteDuplicates(of: contact, by: act) }
        contacts[contact.id] = contact
        index(contact)
        guard !writes.isEmpty else { return }
        history.add(.written(writes), of: contact.id, by: act)
        hooks.add(HookEvent(key: "contact.edit", object: contact.id), at: act.now)
    }

    mutating func erase(_ id: Int, _ event: ContactEvent.What, by act: Act) {
        guard let contact = contacts.removeValue(forKey: id) else { return }
        unindex(contact)
        if let index = contactOrder.firstIndex(of: id) { contactOrder.remove(at: index) }
        history.add(event, of: id, by: act)
        hooks.add(HookEvent(key: "contact.delete", object: id), at: act.now)
        // Its bills go with it, or to the contact that it became a part of.
        var survivor: Int?
        if case .mergedInto(let other) = event { survivor = other }
        billing.erase(contact: id, survivor: survivor, at: act.now)
        tellHooks(at: act.now)
    }

    private mutating func index(_ contact: Contact) {
        for email in contact.emails { byEmail[folded(email), default: []].insert(contact.id) }
        for (field, content) in contact.customFields {
            byContent[FieldContent(field: field, content: folded(Contact.plain(content))), default: []]
                .insert(contact.id)
        }
        for tag in contact.tags.keys { byTag[tag, default: []].insert(contact.id) }
    }

    private mutating func unindex(_ contact: Contact) {
        for email in contact.emails {
            byEmail[folded(email)]?.remove(contact.id)
            if byEmail[folded(email)]?.isEmpty == true { byEmail[folded(email)] = nil }
        }
        for (field, content) in contact.customFields {
            let key = FieldContent(field: field, content: folded(Contact.plain(content)))
            byContent[key]?.remove(contact.id)
            if byContent[key]?.isEmpty == true { byContent[key] = nil }
        }
        for tag in contact.tags.keys { byTag[tag]?.remove(contact.id) }
    }

    /// - Returns: False if the contact wears it already.
    mutating func apply(_ tag: Int, to contact: Int, by act: Act) -> Bool {
        guard contacts[contact]?.tags[tag] == nil else { return false }
        contacts[contact]?.tags[tag] = act.now
        byTag[tag, default: []].insert(contact)
        history.add(.tagApplied(tag), of: contact, by: act)
        return true
    }

    mutating func remove(_ tag: Int, from contact: Int, by act: Act) {
        guard contacts[contact]?.tags.removeValue(forKey: tag) != nil else { return }
        byTag[tag]?.remove(contact)
        history.add(.tagRemoved(tag), of: contact, by: act)
    }
}
