/// Which of Keap's list entries are ours. All others are left as they are.
package struct Slots: Equatable, Sendable {
    package enum Email: String, CaseIterable, Sendable {
        case email1 = "EMAIL1"
        case email2 = "EMAIL2"
        case email3 = "EMAIL3"
    }

    package enum Phone: String, CaseIterable, Sendable {
        case phone1 = "PHONE1"
        case phone2 = "PHONE2"
        case phone3 = "PHONE3"
        case phone4 = "PHONE4"
        case phone5 = "PHONE5"
    }

    package enum Address: String, CaseIterable, Sendable {
        case billing = "BILLING"
        case shipping = "SHIPPING"
        case other = "OTHER"
    }

    package var email: Email = .email1
    /// For a contact whose phone we have not written yet; afterwards the slot where we first put it.
    package var phone: Phone = .phone1
    package var address: Address = .billing

    package init() {}
}
