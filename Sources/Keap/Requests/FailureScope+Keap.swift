import OutboundAPI

extension FailureScope {
    static func contact(_ id: ContactID) -> FailureScope { .record(id.text) }

    /// Nil: the call is about the whole account.
    init?(_ request: APIRequest, naming claim: ContactClaim) {
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
}
