import Connectors
import Keap

@testable import ContactSync

/// A source that wants what a test says.
struct SourceForTests: ContactChange, Equatable {
    var wanted: DesiredContact

    init(_ change: (inout DesiredContact) -> Void = { _ in }) {
        wanted = DesiredContact(values: [
            .firstName: .value("Cara"), .lastName: .value("Cole"), .email: .value("cara@example.net"),
        ])
        change(&wanted)
    }

    func wanted(after mirror: Mirror) -> DesiredContact { wanted }
    var subject: String { "test" }
    var values: [SyncedField: FieldValue] { wanted.values }
    var records: [String] { [] }
    var nameMatch: NameMatch { wanted.nameMatch }
}

extension Gym {
    @discardableResult
    func deliver(
        _ source: SourceForTests, job: UInt64 = 1, lane: String = "cara"
    ) async -> Delivery {
        await deliver(.contact(source), job: job, lane: lane)
    }

    @discardableResult
    func deliver(job: UInt64 = 1, _ change: (inout DesiredContact) -> Void) async -> Delivery {
        await deliver(SourceForTests(change), job: job)
    }
}
