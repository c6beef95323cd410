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
                .createLeadSourceCategory, .createCompany, .renameTag, .deleteTag,
                // One bill that Keap cannot show is no outage: it must not hold contacts up.
                .listSubscriptions, .readSubscription, .listOrders, .readOrder, .listTransactions, .listProducts,
                .readProduct, .listPayers, .createHook, .verifyHook, .deleteHook:
                self = .request(of: request)
            default: return nil
            }
        }
    }
}
