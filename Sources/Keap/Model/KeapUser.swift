/// A user of a Keap account.
package struct KeapUser: Hashable, Sendable, Codable {
    package var id: UserID
    package var givenName: String
    package var familyName: String
    package var emails: [String]
    /// Whether Keap lists the user as inactive; such a one should not get new contacts.
    package var isInactive: Bool

    package init(id: UserID, givenName: String, familyName: String, emails: [String], isInactive: Bool = false) {
        self.id = id
        self.givenName = givenName
        self.familyName = familyName
        self.emails = emails
        self.isInactive = isInactive
    }

    package var name: String {
        [givenName, familyName].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

package typealias UserID = KeapID<KeapUser>
