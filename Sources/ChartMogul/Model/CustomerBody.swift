/// A customer as it is to be. Nil: there is none.
package struct CustomerBody: Codable, Hashable, Sendable {
    package var externalID: String
    package var name: String
    package var company: String?
    package var email: String?
    /// Two letters.
    package var country: String?
    /// `US-CO`
    package var state: String?
    package var city: String?
    package var zip: String?
    /// Milliseconds since 1970.
    package var freeTrialStartedAt: Int64?
    /// Custom attributes, all of them texts.
    package var attributes: [String: String] = [:]

    package init(externalID: String, name: String) {
        (self.externalID, self.name) = (externalID, name)
    }
}
