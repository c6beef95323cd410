/// What a call's failure may be specific to, if calls of the same kind go well for others.
enum FailureScope: Hashable, Sendable {
    case contact(ContactID)
    /// A request that names no contact, such as a search for a person or one's creation.
    case request(Int)
    /// All calls of a change, by its lane.
    case lane(UInt64)

    /// Nil: the call is about the whole account.
    init?(_ request: KeapRequest, naming claim: ContactClaim) {
        switch claim {
        case .one(let contact): self = .contact(contact)
        case .bulk: self = .request(of: request)
        case .none:
            switch request.endpoint {
            case .findContacts, .createContact, .createTag, .createCategory, .createCustomField, .createLeadSource,
                .createLeadSourceCategory, .createCompany, .renameTag, .deleteTag:
                self = .request(of: request)
            default: return nil
            }
        }
    }

    static func request(of request: KeapRequest) -> FailureScope {
        var hasher = Hasher()
        hasher.combine(request.target)
        hasher.combine(request.body)
        return .request(hasher.finalize())
    }
}
