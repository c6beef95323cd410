import Keap
import Testing

@testable import ContactSync

/// Which messages go together, and what they come to.
@Suite struct SnapshotCoalescerTests {
    private var met: Mirror {
        var mirror = Mirror()
        mirror.contact = ContactID("7")
        mirror.sourceID = "zp-1"
        return mirror
    }

    private func fold(
        _ people: [PersonSnapshot], met mirror: Mirror? = nil,
        _ change: (inout SyncSettings) -> Void = { _ in }
    ) -> (count: Int, person: PersonSnapshot) {
        var settings = SyncSettings()
        change(&settings)
        var fold = SnapshotCoalescer(
            people[0], job: 10, mirror: mirror ?? met, directory: TagDirectory(), settings: settings)
        var count = 1
        for (place, later) in people.enumerated().dropFirst() {
            guard fold.take(later, job: 10 + UInt64(place)) else { break }
            count += 1
        }
        return (count, fold.person)
    }

    private let base = PersonSnapshot(sourceID: "zp-1", status: .value("Student"), programs: [])

    @Test func `the last value of a field wins, and one that a later message does not carry stays`() {
        let (count, person) = fold([
            base.with([(.firstName, "Ana"), (.city, "Denver")]), base.with([(.firstName, "Anna"), (.birthDate, "")]),
            base.with([(.firstName, "Anne")]),
        ])
        #expect(count == 3)
        #expect(person.values == [.firstName: .value("Anne"), .city: .value("Denver"), .birthDate: .empty])
        #expect(person.status == .value("Student"))
    }

    @Test func `messages that ask for other tags stay apart, so that no campaign misses a transition`() {
        var hold = base
        hold.status = .value("Hold")
        var kids = base
        kids.programs = [ProgramMembership(id: "p1", name: "Kids", status: "CURRENT")]
        #expect(fold([base, hold, base]).count == 1)
        #expect(fold([base, base, kids, base]).count == 2)
        #expect(fold([kids, base]).count == 1)
    }

    @Test func `the same tags in other words, or in another order, are the same`() {
        var first = base
        first.programs = [
            .init(id: "p1", name: "Kids", status: "CURRENT"), .init(id: nil, name: "Yoga", status: "HOLD"),
        ]
        var second = base
        second.status = .value(" student ")
        second.programs = [
            .init(id: nil, name: "yoga", status: "Hold"), .init(id: "p1", name: "KIDS ", status: "Current"),
        ]
        let (count, person) = fold([first, second])
        #expect(count == 2)
        #expect(person.status == first.status, "a tag that has to be made is named after the first")
        #expect(person.programs == first.programs)
    }

    @Test func `what says nothing of tags changes none, and goes with what came before`() {
        let silent = PersonSnapshot(sourceID: "zp-1", values: [.firstName: .value("Ana")])
        var onlyStatus = base
        onlyStatus.programs = nil
        #expect(fold([base, silent, base]).count == 3)
        #expect(fold([silent, base]).person.status == base.status)
        #expect(fold([onlyStatus, base]).count == 1, "the programs' turn comes after the status's")
        #expect(fold([base, onlyStatus]).count == 2)
    }

    @Test func `the latest alone counts where a gym wants it so, and nothing goes together where it does not`() {
        var alumni = base
        alumni.status = .value("Alumni")
        let silent = PersonSnapshot(sourceID: "zp-1", values: [.firstName: .value("Ana")])
        let (count, person) = fold([base, alumni, silent]) { $0.coalesce = .latest }
        #expect(count == 3)
        #expect(person.status == .value("Alumni"))
        #expect(person.programs == [])
        #expect(fold([base, base]) { $0.coalesce = .off }.count == 1)
    }

    @Test(arguments: [Coalescing.tags, .latest])
    func `before and after a program's end its name means two programs`(_ coalesce: Coalescing) {
        let silent = PersonSnapshot(sourceID: "zp-1", values: [.firstName: .value("Ana")])
        func goes(_ person: PersonSnapshot, over deletion: UInt64?) -> Bool {
            var (directory, settings) = (TagDirectory(), SyncSettings())
            settings.coalesce = coalesce
            if let deletion { directory.announce(.deleted(id: "p9", name: "Judo"), job: deletion) }
            var fold = SnapshotCoalescer(person, job: 10, mirror: met, directory: directory, settings: settings)
            return fold.take(person, job: 30)
        }
        #expect(goes(base, over: nil))
        #expect(!goes(base, over: 20))
        #expect(goes(base, over: 31))
        #expect(goes(silent, over: 20), "they name no program")
    }

    @Test(arguments: [SyncedField.email, .firstName, .lastName, .mobilePhone])
    func `as long as the contact is to be found, the first message says who it is`(_ field: SyncedField) {
        let (first, second) = (base.with([(field, "a@example.org")]), base.with([(field, "b@example.org")]))
        #expect(fold([first, second], met: Mirror()).count == 1)
        #expect(fold([base, second], met: Mirror()).count == 1)
        #expect(fold([first, base, first], met: Mirror()).count == 3)
        #expect(fold([first, second]).count == 2)
        // Met through another source: it may yet turn out to be somebody else's.
        var met = met
        met.sourceID = nil
        #expect(fold([first, second], met: met).count == 1)
    }

    @Test func `a value that cannot be sent has a delivery of its own, since the earlier one stays in Keap`() {
        let good = base.with([(.email, "ana@example.org")])
        #expect(fold([good, base.with([(.email, "at home")])]).count == 1)
        #expect(fold([good, base.with([(.state, "Atlantis")])]).count == 1)
        #expect(fold([base.with([(.email, "at home")]), good]).count == 2)
    }

    @Test(arguments: [FieldPolicy.keepWhenEmpty, .fillEmpty])
    func `where the last value does not simply win, two values stay apart`(_ policy: FieldPolicy) {
        let (a, b) = (base.with([(.birthDate, "2001-02-03")]), base.with([(.birthDate, "")]))
        #expect(fold([a, b]) { $0.policies[.birthDate] = policy }.count == 1)
        #expect(fold([a, base, a]) { $0.policies[.birthDate] = policy }.count == 3)
        #expect(fold([a, b]) { $0.policies[.birthDate] = .ignore }.count == 2)
    }

    @Test func `an address replaces another only as a whole, since country and region hang together`() {
        let denver = base.with([(.city, "Denver"), (.state, "CO"), (.country, "US")])
        let toronto = base.with([(.city, "Toronto"), (.state, "Ontario"), (.country, "Canada")])
        #expect(fold([denver, toronto]).count == 2)
        #expect(fold([denver, base.with([(.city, "Boulder")])]).count == 1)
        #expect(fold([base.with([(.state, "CO")]), base.with([(.state, "NY")])]).count == 1)
        #expect(fold([base.with([(.city, "Denver")]), base.with([(.city, "Boulder")])]).count == 2)
    }

    @Test func `two people never go together`() {
        #expect(fold([base, PersonSnapshot(sourceID: "zp-2")]).count == 1)
        #expect(fold([base, PersonSnapshot(sourceID: "ZP-1")]).count == 2)
    }
}
