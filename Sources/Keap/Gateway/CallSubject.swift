/// Whom a call is about: what a failure may be about too, if others' calls go well.
enum CallSubject: Hashable, Sendable {
    case contact(ContactID)
    /// A request that names no contact, such as a search for a person or one's creation.
    case request(Int)

    /// Nil: the call is about the whole account, or about many at once.
    init?(_ request: KeapRequest, naming claim: ContactClaim) {
        switch claim {
        case .one(let contact): self = .contact(contact)
        case .bulk: return nil
        case .none:
            switch request.endpoint {
            case .findContacts, .createContact, .createTag, .createCategory, .createCustomField, .createLeadSource,
                .createLeadSourceCategory, .createCompany, .renameTag, .deleteTag:
                var hasher = Hasher()
                hasher.combine(request.target)
                hasher.combine(request.body)
                self = .request(hasher.finalize())
            default: return nil
            }
        }
    }
}
