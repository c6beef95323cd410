import Foundation
import Keap

/// A record that was about to be created, and the job that was about to.
package struct CreateIntent: Equatable, Sendable, Codable {
    package var job: UInt64
    package var email: String
    package var firstName: String
    package var lastName: String

    package init(job: UInt64, email: String, firstName: String, lastName: String) {
        self.job = job
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
    }
}
