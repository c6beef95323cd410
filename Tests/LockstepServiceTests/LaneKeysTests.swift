import Connectors
import ContactSync
import DurableQueue
import OnceHub
import Testing

@testable import LockstepService

struct LaneKeysTests {
    private func keys(_ id: String, email: String?, first: String?, last: String?) -> [LaneKey] {
        var values: [SyncedField: FieldValue] = [:]
        if let email { values[.email] = FieldValue(email) }
        if let first { values[.firstName] = FieldValue(first) }
        if let last { values[.lastName] = FieldValue(last) }
        return LaneKeys.keys(of: .person(PersonSnapshot(sourceID: id, values: values)))
    }

    @Test func `a person is found by the Zen Planner id first, then by e-mail and whole name`() {
        let keys = keys("zp-1", email: "ana@example.org", first: "Ana", last: "Ruiz")
        #expect(keys.count == 2)
        #expect(keys[0].value == "zp-1")
        #expect(keys[0].isExclusive, "two ids never share a lane")
        #expect(!keys[1].isExclusive)
        #expect(keys[1].kind != keys[0].kind)
    }

    @Test func `case and runs of blanks do not tell people apart`() {
        #expect(
            keys("ZP-1", email: "Ana@Example.org", first: " Ana  Maria ", last: "RUIZ")
                == keys("zp-1", email: "ana@example.org", first: "ana maria", last: "Ruiz"))
    }

    @Test func `parts of a name that run together differently are other people`() {
        let a = keys("1", email: "a@b.c", first: "Ana Maria", last: "Ruiz")
        let b = keys("1", email: "a@b.c", first: "Ana", last: "Maria Ruiz")
        #expect(a[1] != b[1])
    }

    private static let halfKnown: [[String?]] = [
        [nil, "Ana", "Ruiz"], ["a@b.c", nil, "Ruiz"], ["a@b.c", "Ana", nil], ["", "Ana", "Ruiz"],
        ["a@b.c", "  ", "Ruiz"], ["a@b.c", "Ana", ""],
    ]

    @Test(arguments: halfKnown)
    func `without all three parts only the id counts, since families share an address`(_ parts: [String?]) {
        let found = keys("zp-1", email: parts[0], first: parts[1], last: parts[2])
        #expect(found.map(\.value) == ["zp-1"])
    }

    @Test func `all program changes of a gym share one lane that no person is in`() {
        let renamed = LaneKeys.keys(of: .program(.renamed(id: "p1", oldName: nil, newName: "Kids")))
        let deleted = LaneKeys.keys(of: .program(.deleted(id: nil, name: "Open Mat")))
        #expect(renamed == deleted)
        #expect(renamed.count == 1)
        let person = keys("programs", email: nil, first: nil, last: nil)
        #expect(person[0].kind != renamed[0].kind)
    }

    @Test func `a name or id too long to be a key leads to its lane by its digest`() {
        let endless = String(repeating: "x", count: QueuePolicy().maxKeyBytes)
        let withID = keys("zp-1", email: "a@b.c", first: endless, last: "Ruiz")
        let without = keys("", email: "A@b.c", first: endless, last: "ruiz")
        #expect(!without.isEmpty && without.allSatisfy(withID.contains))
        #expect(Set(without).isDisjoint(with: keys("", email: "a@b.c", first: endless + "y", last: "Ruiz")))
        let longID = keys(endless + "1", email: nil, first: nil, last: nil)
        #expect(longID != keys(endless + "2", email: nil, first: nil, last: nil))
        for key in withID + without + longID { #expect(key.value.utf8.count <= QueuePolicy().maxKeyBytes) }
    }

    // MARK: Bookings

    private func booking(
        _ first: String, _ last: String, other: String? = nil, _ change: (inout OnceHubSettings) -> Void = { _ in }
    ) -> [LaneKey] {
        var settings = OnceHubSettings()
        change(&settings)
        let event = BookingEvent(id: "EVNT-1", at: 0, kind: .scheduled, otherBooking: other)
        let customer = Customer(firstName: first, lastName: last, email: "ana@example.org")
        return LaneKeys.keys(
            of: .contact(BookingChange(Booking(id: "BKNG-2", event: event, customer: customer), settings: settings)))
    }

    @Test func `a booking shares a lane with the booking it replaces, and with the person of its name`() {
        let keys = booking("Ana", "Ruiz", other: "BKNG-1")
        #expect(keys.prefix(2).map(\.value) == ["BKNG-2", "BKNG-1"])
        #expect(keys.allSatisfy { !$0.isExclusive })
        let person = self.keys("zp-1", email: "Ana@Example.org", first: "ana", last: "RUIZ")
        #expect(keys.contains(person[1]))
    }

    @Test func `a name of three words leads to the person wherever they are split`() {
        let person = keys("zp-1", email: "ana@example.org", first: "Ana", last: "Ruiz Lopez")
        let booking = booking("Ana Ruiz", "Lopez")
        #expect(Set(person).intersection(booking).count == 1)
        #expect(Set(keys("zp-1", email: "ana@example.org", first: "Ana", last: "Ruiz")).isDisjoint(with: booking))
    }

    @Test func `the address alone leads to a lane only if the gym says so`() {
        let other = booking("Bo", "Ng").dropFirst()
        #expect(Set(booking("Ana", "Ruiz")).isDisjoint(with: other))
        let byAddress = booking("Ana", "Ruiz") { $0.creation.matchesAddressAlone = true }
        let others = booking("Bo", "Ng") { $0.creation.matchesAddressAlone = true }
        #expect(!Set(byAddress.dropFirst()).isDisjoint(with: others.dropFirst()))
    }
}
