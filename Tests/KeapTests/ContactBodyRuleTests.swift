import Testing

@testable import Keap

@Suite struct ContactBodyRuleTests {
    @Test(arguments: [
        Case("given_name", 40) { $0.givenName = $1 },
        Case("family_name", 40) { $0.familyName = $1 },
        Case("EMAIL1", 75) { $0.emails = [EmailSlot(field: "EMAIL1", email: $1)] },
        Case("EMAIL2", 100) { $0.emails = [EmailSlot(field: "EMAIL2", email: $1)] },
        Case("PHONE3", 40) { $0.phones = [PhoneSlot(field: "PHONE3", number: $1)] },
        Case("PHONE4", 20) { $0.phones = [PhoneSlot(field: "PHONE4", number: $1)] },
        Case("BILLING line1", 75) { $0.addresses = [.billing(\.line1, $1)] },
        Case("BILLING line2", 75) { $0.addresses = [.billing(\.line2, $1)] },
        Case("BILLING locality", 50) { $0.addresses = [.billing(\.locality, $1)] },
        Case("BILLING postal_code", 15) { $0.addresses = [.billing(\.postalCode, $1)] },
        Case("BILLING zip_code", 15) { $0.addresses = [.billing(\.zipCode, $1)] },
        Case("BILLING zip_four", 10) { $0.addresses = [.billing(\.zipFour, $1)] },
        Case("custom field 9", 65_535) {
            $0.customFields = [CustomFieldContent(id: CustomFieldID("9"), content: .string($1))]
        },
    ])
    func `a text may be as long as Keap takes it, and no longer`(rule: Case) throws {
        try rule.body(length: rule.longest).check()
        let refusal = "Not sent: \(rule.name) is longer than the \(rule.longest) characters Keap takes."
        #expect(throws: KeapFailure.refused(status: 0, message: refusal)) {
            try rule.body(length: rule.longest + 1).check()
        }
    }

    @Test func `other addresses have more room than the billing one`() throws {
        var address = AddressSlot(field: "SHIPPING")
        address.line1 = String(repeating: "x", count: 100)
        address.locality = String(repeating: "x", count: 100)
        address.postalCode = String(repeating: "x", count: 20)
        var body = ContactBody()
        body.addresses = [address]
        try body.check()
    }

    @Test(arguments: ["1985-3-15", "15.03.1985", "1985-03-15T00:00:00Z", "abcd-ef-gh"])
    func `a birthday is a plain date`(date: String) {
        var body = ContactBody()
        body.birthDate = date
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: birth_date “\(date)” is not yyyy-MM-dd.")) {
            try body.check()
        }
    }

    @Test func `a birthday may be cleared`() throws {
        var body = ContactBody()
        body.birthDate = ""
        try body.check()
    }

    @Test func `slots are known and named once`() {
        var body = ContactBody()
        body.emails = [EmailSlot(field: "EMAIL4", email: "a@x.com")]
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: email_addresses has no slot “EMAIL4”.")) {
            try body.check()
        }
        body.emails = nil
        body.phones = [PhoneSlot(field: "PHONE1", number: "1"), PhoneSlot(field: "PHONE1", number: "2")]
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: phone_numbers names PHONE1 twice.")) {
            try body.check()
        }
        body.phones = nil
        body.addresses = [AddressSlot(field: "HOME")]
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: addresses has no slot “HOME”.")) {
            try body.check()
        }
    }

    @Test func `a region needs its country`() throws {
        var body = ContactBody()
        body.addresses = [.billing(\.regionCode, "US-CO")]
        #expect(throws: KeapFailure.refused(status: 0, message: "Not sent: BILLING has a region but no country.")) {
            try body.check()
        }
        body.addresses?[0].countryCode = "USA"
        try body.check()
    }

    @Test func `a text is cut between characters`() {
        #expect(KeapLengths.cut("abc", to: 3) == "abc")
        #expect(KeapLengths.cut("abcd", to: 3) == "abc")
        #expect(KeapLengths.cut("ab😀", to: 3) == "ab")
        #expect(KeapLengths.fits("😀", 2))
        #expect(!KeapLengths.fits("😀", 1))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var longest: Int
        var set: @Sendable (inout ContactBody, String) -> Void

        init(_ name: String, _ longest: Int, _ set: @escaping @Sendable (inout ContactBody, String) -> Void) {
            self.name = name
            self.longest = longest
            self.set = set
        }

        var testDescription: String { name }

        func body(length: Int) -> ContactBody {
            var body = ContactBody()
            set(&body, String(repeating: "x", count: length))
            return body
        }
    }
}

extension AddressSlot {
    fileprivate static func billing(_ part: WritableKeyPath<AddressSlot, String?>, _ value: String) -> AddressSlot {
        var slot = AddressSlot(field: "BILLING")
        slot[keyPath: part] = value
        return slot
    }
}
