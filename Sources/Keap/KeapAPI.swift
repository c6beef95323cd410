/// The calls on one Keap account that a sync needs, as its gateway offers them.
///
/// Every call waits for the account's circuit and for budget before it is sent, has a deadline once it is, and never
/// runs beside another that names the same contact. Cancelling a call that still waits sends nothing and spends nothing.
/// Tags that wait for budget share calls with those of other contacts; each caller hears of its own.
package protocol KeapAPI: Sendable {
    /// The same calls for one run of a job, which makes them one after the other. Those of one run go before those of
    /// later ones, and an update that rests on what the run read more than a minute ago throws `.stale`, unsent.
    ///
    /// - Parameter begin: asked right before each call is sent. False: the run was called off, and the call throws
    ///   `.cancelled`, unsent.
    func sequence(begin: @escaping @Sendable () -> Bool) -> any KeapAPI

    /// The same calls for what several runs wait for, such as a tag that is to be made: they go before those of any run.
    func ahead() -> any KeapAPI

    /// Contacts that match all clauses, with only `fields` filled in. Follows pages until `limit` contacts are known.
    func contacts(
        where clauses: [ContactClause], fields: [ContactField], limit: Int
    ) async throws(KeapFailure) -> [KeapContact]

    /// A page (at most 1,000) of all the account's contacts, oldest first; `next` is nil on the last page.
    func contacts(fields: [ContactField], page: String?) async throws(KeapFailure) -> Page<KeapContact>

    /// One contact. Throws `.gone` if Keap does not know the id (any more).
    func contact(_ id: ContactID, fields: [ContactField]) async throws(KeapFailure) -> KeapContact

    /// Creates a contact. Not idempotent unless `duplicates` says how Keap may find an earlier one.
    func create(_ body: ContactBody, duplicates: DuplicateOption?) async throws(KeapFailure) -> CreatedContact

    /// Writes just the properties that `body` carries. Lists (e-mails, phones, addresses, custom fields) replace
    /// what Keap has, so they must hold the foreign entries too.
    func update(_ id: ContactID, with body: ContactBody) async throws(KeapFailure)

    /// Applies tags to one contact. Keap answers per tag, inside a success.
    func apply(_ tags: [TagID], to contact: ContactID) async throws(KeapFailure) -> [TagID: TagAnswer]

    /// Removes tags from one contact. Removing a tag that is not worn is no error.
    func remove(_ tags: [TagID], from contact: ContactID) async throws(KeapFailure)

    /// Removes one tag from many contacts, in batches of at most 100.
    func remove(_ tag: TagID, from contacts: [ContactID]) async throws(KeapFailure)

    /// A page (at most 1,000) of the contacts that have a tag; `next` is nil on the last page.
    func wearers(of tag: TagID, page: String?) async throws(KeapFailure) -> Page<ContactID>

    func tags(named name: String) async throws(KeapFailure) -> [KeapTag]
    /// All tags of the account.
    func tags() async throws(KeapFailure) -> [KeapTag]
    func createTag(_ name: String, in category: CategoryID?) async throws(KeapFailure) -> KeapTag
    func rename(_ tag: TagID, to name: String) async throws(KeapFailure)
    func delete(_ tag: TagID) async throws(KeapFailure)

    func categories(named name: String) async throws(KeapFailure) -> [KeapCategory]
    func createCategory(_ name: String) async throws(KeapFailure) -> KeapCategory

    /// The custom fields of contacts.
    func customFields() async throws(KeapFailure) -> [CustomFieldModel]
    func createCustomField(_ label: String, type: CustomFieldType) async throws(KeapFailure) -> CustomFieldModel

    /// The users who can own a contact.
    func users() async throws(KeapFailure) -> [KeapUser]

    /// Lead sources, their categories, or companies of this name.
    func records(_ kind: RecordKind, named name: String) async throws(KeapFailure) -> [KeapRecord]
    /// - Parameter category: of a lead source.
    func createRecord(
        _ kind: RecordKind, named name: String, in category: RecordID?
    ) async throws(KeapFailure) -> KeapRecord

    /// A contact's appointments that begin in a span of time.
    func appointments(
        of contact: ContactID, in span: ClosedRange<KeapTime>
    ) async throws(KeapFailure) -> [KeapAppointment]
    /// Not idempotent. Nil: made, but Keap's answer does not tell its id.
    func create(_ appointment: AppointmentBody) async throws(KeapFailure) -> AppointmentID?
    /// Writes all of it. Throws `.gone` if Keap does not know the id (any more).
    func update(_ id: AppointmentID, with appointment: AppointmentBody) async throws(KeapFailure)
    func delete(_ id: AppointmentID, of contact: ContactID) async throws(KeapFailure)

    /// Tries the credential with the cheapest call there is; answers with who it belongs to, as Keap words it.
    func probe() async throws(KeapFailure) -> String
}

extension KeapAPI {
    package func sequence(begin: @escaping @Sendable () -> Bool) -> any KeapAPI { self }
    package func sequence() -> any KeapAPI { sequence(begin: { true }) }
    package func ahead() -> any KeapAPI { self }
}

/// One `field==value` of a filter; several are joined by "and".
package enum ContactClause: Hashable, Sendable {
    case email(String)
    case givenName(String)
    case familyName(String)
    /// A custom field, by the `field_name` that the contact model gives (not its label, not its id).
    case custom(fieldName: String, value: String)
}

package enum DuplicateOption: String, Sendable {
    case email = "Email"
    case emailAndName = "EmailAndName"
}

package struct CreatedContact: Equatable, Sendable {
    package var id: ContactID
    /// False if Keap says (200, not 201) that it updated one that was there.
    package var isNew: Bool

    package init(id: ContactID, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }
}

/// What Keap says of one tag of an apply call.
package enum TagAnswer: Equatable, Sendable {
    case applied
    /// The contact wore it already.
    case duplicate
    case contactGone
    case tagGone
    /// `FAILURE`, `NO_PERMISSION` or a word we do not know, as Keap wrote it.
    case refused(String)
}

package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    package var next: String?

    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}
