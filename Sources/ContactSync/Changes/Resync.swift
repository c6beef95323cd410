/// Asks for nothing new. The contact is read anew, and what it last held by our hand is put back.
package struct Resync: ContactChange, Equatable {
    /// For operators.
    package var subject: String

    package init(subject: String) { self.subject = subject }

    package var records: [String] { [] }
    package var values: [SyncedField: FieldValue] { [:] }
    package var nameMatch: NameMatch { .parts }

    package func wanted(after mirror: Mirror) -> DesiredContact {
        let known = mirror.remembered ?? RememberedState(mirror, isGone: false)
        var wanted = DesiredContact(sourceID: known.sourceID)
        wanted.isResync = true
        wanted.isOfRecord = known.isOfRecord
        // What a booking's form told once is not worth more than what Keap's users wrote since.
        wanted.policy = .ignore
        return wanted
    }
}
