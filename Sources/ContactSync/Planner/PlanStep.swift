package import Keap

/// One thing to do next for a person. Each is followed by the planner's method that takes its result.
package enum PlanStep: Equatable, Sendable {
    /// Keap's side of the gym (category, custom fields) is not known yet.
    case connect
    /// Search by the source ID custom field.
    case findByID(String, fieldName: String, fields: [ContactField])
    /// Search by e-mail address; names are compared here, since Keap's filter has its own idea of equal.
    case findByEmail(String, fields: [ContactField])
    case read(ContactID, fields: [ContactField])
    /// Tags that Keap may not have yet.
    case ensureTags([WantedTag])
    /// All of the account's, to know those again that the contact has and the memory has lost.
    case listTags
    /// One that only this contact will have.
    case ensurePersonalTag(NamedTag)
    case create(ContactBody, duplicates: DuplicateOption?)
    case removeTags([TagID], from: ContactID)
    case addTags([TagID], to: ContactID)
    case update(ContactID, ContactBody)
    /// Records that requested fields refer to and that are not known yet.
    case resolve([ReferenceNeed])
    /// One that we may have made: by contact and beginning.
    case findAppointment(key: String, of: ContactID, in: ClosedRange<KeapTime>)
    case createAppointment(key: String, AppointmentBody)
    case updateAppointment(key: String, AppointmentID, AppointmentBody)
    case deleteAppointment(key: String, AppointmentID, of: ContactID)
    /// Keap has everything.
    case finished
    /// It cannot be done; the sentence says what a person must mend.
    case impossible(String)

    /// The properties that are read of a contact when it is loaded first.
    package static let meeting: [ContactField] = [
        .id, .givenName, .familyName, .birthDate, .emailAddresses, .phoneNumbers, .addresses, .customFields, .tagIDs,
    ]

    /// To stand after "Keap refused to".
    var doing: String {
        switch self {
        case .connect: "set up the gym's custom fields and tag category"
        case .findByID, .findByEmail: "search for the contact"
        case .read(let id, _): "show contact \(id)"
        case .ensureTags: "make the tags"
        case .listTags: "list the tags"
        case .ensurePersonalTag(let tag): "make the tag \"\(tag.name)\""
        case .create: "create the contact"
        case .removeTags(_, let id): "take tags off contact \(id)"
        case .addTags(_, let id): "apply tags to contact \(id)"
        case .update(let id, _): "update contact \(id)"
        case .resolve: "find the fields, users and lead sources that the settings name"
        case .findAppointment(let key, _, _): "search for the appointment of \(key)"
        case .createAppointment(let key, _): "make an appointment for \(key)"
        case .updateAppointment(let key, _, _): "change the appointment of \(key)"
        case .deleteAppointment(let key, _, _): "delete the appointment of \(key)"
        case .finished, .impossible: "do nothing"
        }
    }

    /// Whether it is about one contact that Keap told us of.
    var namesContact: Bool {
        switch self {
        case .read, .removeTags, .addTags, .update: true
        default: false
        }
    }

    var looksForContact: Bool {
        switch self {
        case .findByID, .findByEmail: true
        default: false
        }
    }

    /// Whether it writes to a contact what Keap tells duplicates by.
    var changesIdentity: Bool {
        guard case .update(_, let body) = self else { return false }
        return body.emails != nil || body.givenName != nil || body.familyName != nil
    }

    var isCreation: Bool { if case .create = self { true } else { false } }

    var writesContact: Bool {
        switch self {
        case .create, .update: true
        default: false
        }
    }

    /// The booking whose appointment it is about.
    var appointment: String? {
        switch self {
        case .findAppointment(let key, _, _), .createAppointment(let key, _), .updateAppointment(let key, _, _),
            .deleteAppointment(let key, _, _):
            key
        default: nil
        }
    }

    /// Whether it is about one appointment that Keap told us of.
    var namesAppointment: Bool {
        switch self {
        case .updateAppointment, .deleteAppointment: true
        default: false
        }
    }

    /// Whether Keap may refuse it because a custom field that we know of is gone.
    var usesCustomFields: Bool {
        switch self {
        case .findByID: true
        case .create(let body, _), .update(_, let body): !(body.customFields ?? []).isEmpty
        default: false
        }
    }
}
