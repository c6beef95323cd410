import Foundation
import EmbeddedHTTP

/// A person as Zen Planner has them, in a trace.
package struct Member: Equatable, Sendable {
    package struct Standing: Equatable, Sendable {
        package var program: Program
        package var status: String
    }

    package struct Program: Hashable, Sendable {
        package var id: String
        package var name: String

        package init(_ id: String, _ name: String) { (self.id, self.name) = (id, name) }
    }

    package var id: String
    package var firstName: String
    package var lastName: String
    package var email: String
    package var mobilePhone: String
    package var birthDate: String
    package var status: String
    package var standings: [Standing] = []

    package init(_ number: Int, of gym: String, status: String = "Student", standings: [Standing] = []) {
        id = "\(gym)-\(number)"
        firstName = Self.firstNames[number % Self.firstNames.count]
        lastName = Self.lastNames[number / Self.firstNames.count % Self.lastNames.count] + " \(number)"
        email = "person\(number)@\(gym).example"
        mobilePhone = "303-555-\(1_000 + number % 9_000)"
        birthDate = "19\(60 + number % 40)-0\(1 + number % 9)-14"
        self.status = status
        self.standings = standings
    }

    private static let firstNames = ["Ana", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun"]
    private static let lastNames = ["Ruiz", "Ng", "Park", "Okoro", "Weiss", "Silva", "Novak", "Haddad", "Moreau"]

    /// Names of the tags that the person must have, by the default templates.
    package var tags: Set<String> {
        Set(["ZP Status: \(status)"] + standings.map { "ZP Program: \($0.program.name) - \($0.status)" })
    }

    /// Values that Keap keeps in one property each, so that writing needs no reading first.
    var scalars: [String] { [firstName, lastName, birthDate] }
    /// Values that Keap keeps in lists, which are replaced as a whole.
    var listed: [String] { [email, mobilePhone] }

    /// The message, as a web hook brings it.
    package var form: [UInt8] {
        let programs = standings.map { ["id": $0.program.id, "name": $0.program.name, "status": $0.status] }
        // Texts in dictionaries in an array: JSON always takes them.
        let list = try! JSONSerialization.data(withJSONObject: programs, options: [.sortedKeys])
        return FormBody.encoded([
            ("personId", id), ("firstName", firstName), ("lastName", lastName), ("email", email),
            ("mobilePhone", mobilePhone), ("birthDate", birthDate), ("status", status),
            ("programs", String(decoding: list, as: UTF8.self)),
        ])
    }
}
