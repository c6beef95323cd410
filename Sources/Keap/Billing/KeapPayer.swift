/// A contact as the one who pays: as much of it as a bill needs.
package struct KeapPayer: Codable, Hashable, Sendable {
    package var id: ContactID
    package var givenName: String?
    package var familyName: String?
    package var company: String?
    /// As it was written, which may be no address.
    package var email: String?
    /// `USA`
    package var country: String?
    /// `US-CO`
    package var region: String?
    package var locality: String?
    package var postalCode: String?
    /// Milliseconds since 1970.
    package var created: Int64?

    package init(id: ContactID) { self.id = id }
}
