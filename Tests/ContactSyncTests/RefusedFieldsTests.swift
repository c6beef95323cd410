import Testing

@testable import ContactSync

/// Which field a refusal of Keap's names, in whichever words.
struct RefusedFieldsTests {
    @Test(
        arguments: [
            ("The statement is invalid", []), ("Your account lacks capacity", []), ("Something went wrong", []),
            ("Velocity limit", []), ("The countryside", []), ("BILLING Region is invalid", [.state]),
            ("state is invalid", [.state]),
            ("region_code must match", [.state]), ("regionCode must match", [.state]),
            ("Regions are unknown", [.state]),
            ("email_addresses[0].email is invalid", [.email]), ("EMAIL1 is invalid", [.email]),
            ("emailAddress is invalid", [.email]),
            ("E-mail is invalid", [.email]), ("PHONE1 is too long", [.mobilePhone]),
            ("phone_numbers: too long", [.mobilePhone]),
            ("givenName too long", [.firstName]), ("given_name too long", [.firstName]),
            ("Family name too long", [.lastName]),
            ("birth_date is invalid", [.birthDate]), ("birthday is invalid", [.birthDate]),
            ("line1 too long", [.address1]),
            ("Line 2 too long", [.address2]), ("postal_code too long", [.zip]), ("ZIP code too long", [.zip]),
            ("country_code is unknown", [.country]), ("Countries are unknown", [.country]), ("City too long", [.city]),
            ("The state and the country do not match", [.state, .country]),
        ] as [(String, Set<SyncedField>)])
    func `a refusal names the fields whose words stand in it`(message: String, fields: Set<SyncedField>) {
        #expect(SyncedField.named(in: message, among: Set(SyncedField.allCases)) == fields)
    }

    @Test func `an address as a whole is all of its parts that were sent`() {
        #expect(SyncedField.named(in: "Address is invalid", among: [.city, .zip, .email]) == [.city, .zip])
        #expect(SyncedField.named(in: "email is invalid", among: [.city]) == [])
    }
}
