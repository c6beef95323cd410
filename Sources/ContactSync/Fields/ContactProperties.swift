import Keap

extension KeapContact {
    /// What was asked for and left out by Keap is empty.
    func filledIn(_ fields: [ContactField]) -> KeapContact {
        var contact = self
        for field in fields {
            switch field {
            case .id: break
            case .givenName: contact.givenName = givenName ?? ""
            case .familyName: contact.familyName = familyName ?? ""
            case .birthDate: contact.birthDate = birthDate ?? ""
            case .emailAddresses: contact.emails = emails ?? []
            case .phoneNumbers: contact.phones = phones ?? []
            case .addresses: contact.addresses = addresses ?? []
            case .customFields: contact.customFields = customFields ?? []
            case .tagIDs: contact.tags = tags ?? []
            case .company: contact.company = company ?? ContactCompany(id: nil, name: nil)
            default: contact.texts[field] = texts[field] ?? ""
            }
        }
        return contact
    }
}

extension ContactBody {
    func carries(_ property: ContactField) -> Bool {
        switch property {
        case .givenName: givenName != nil
        case .familyName: familyName != nil
        case .birthDate: birthDate != nil
        case .emailAddresses: emails != nil
        case .phoneNumbers: phones != nil
        case .addresses: addresses != nil
        case .customFields: customFields != nil
        case .company: company != nil
        case .id, .tagIDs: false
        default: texts[property] != nil
        }
    }
}

extension KeapContact {
    func has(_ property: ContactField) -> Bool {
        switch property {
        case .id: true
        case .givenName: givenName != nil
        case .familyName: familyName != nil
        case .birthDate: birthDate != nil
        case .emailAddresses: emails != nil
        case .phoneNumbers: phones != nil
        case .addresses: addresses != nil
        case .customFields: customFields != nil
        case .tagIDs: tags != nil
        case .company: company != nil
        default: texts[property] != nil
        }
    }
}
