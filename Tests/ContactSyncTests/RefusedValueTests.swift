import Connectors
@testable import ContactSync
import Keap
import Testing

/// One value that Keap refuses costs the person nothing else.
struct RefusedValueTests {
    /// What Keap minds, and whether it says so by name.
    struct Case: CustomTestStringConvertible, Sendable {
        var field: SyncedField
        var value: String
        var message: String
        var testDescription: String { "\(field): \(message)" }

        func minds(_ body: ContactBody) -> Bool {
            switch field {
            case .email: (body.emails ?? []).contains { $0.email == value }
            case .mobilePhone: (body.phones ?? []).contains { $0.number == value }
            case .birthDate: body.birthDate == value
            case .zip: (body.addresses ?? []).contains { $0.postalCode == value || $0.zipCode == value }
            case .prospectSource, .signupDate: (body.customFields ?? []).contains { $0.content == .string(value) }
            default: false
            }
        }
    }

    static let cases = [
        Case(field: .email, value: "o'brien@example.org", message: "Input values are invalid."),
        Case(field: .email, value: "o'brien@example.org", message: "email_addresses[0].email is not a valid email"),
        Case(field: .email, value: "a!b@example.org", message: "BAD_REQUEST"),
        Case(field: .mobilePhone, value: "12", message: "Input values are invalid."),
        Case(field: .mobilePhone, value: "12", message: "phone_numbers[0].number is too short"),
        Case(field: .birthDate, value: "1871-01-01", message: "Input values are invalid."),
        Case(field: .birthDate, value: "1871-01-01", message: "birth_date must be after 1900"),
        Case(field: .zip, value: "ABCDE", message: "Input values are invalid."),
        Case(field: .zip, value: "ABCDE", message: "addresses[0].postal_code is invalid"),
        Case(field: .prospectSource, value: "=1+1", message: "Input values are invalid."),
        Case(field: .signupDate, value: "2026-02-15", message: "Input values are invalid."),
    ]

    private func gym(minding what: Case) async throws -> Gym {
        let gym = try Gym()
        try await gym.connectForTests()
        gym.keap.with { world in
            world.judge = { what.minds($0) ? .refused(status: 400, message: what.message) : nil }
        }
        gym.keap.forgetCalls()
        return gym
    }

    private func person(_ what: Case) -> PersonSnapshot {
        .ana { $0.values[what.field] = .value(what.value) }
    }

    @Test(arguments: cases)
    func `a new person is made without the value that Keap refuses, which is noted`(_ what: Case) async throws {
        let gym = try await gym(minding: what)
        let delivery = await gym.deliver(person(what))
        guard case .done(_, let notes) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        let id = try #require(gym.onlyContact)
        let made = try #require(gym.keap.with { $0.people[id] })
        #expect(made.given == "Ana" && made.family == "Ruiz")
        if what.field != .email { #expect(made.emails.map(\.email) == ["ana@example.org"]) }
        if what.field != .mobilePhone { #expect(made.phones.map(\.number) == ["303-555-0100"]) }
        if what.field != .birthDate { #expect(made.birthDate == "2014-07-09") }
        if what.field != .zip { #expect(made.addresses.first?.line1 == "1 Main St") }
        if what.field != .prospectSource { #expect(gym.custom("Prospect Source", of: id) == "Facebook") }
        #expect(gym.custom("Zen Planner ID", of: id) == "zp-1")
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Student"])
        #expect(notes.contains { $0.field == what.field.rawValue && $0.value == what.value })
        #expect(notes.contains { $0.text.contains(what.message) })
        #expect(gym.keap.calls.count <= 20)
    }

    @Test(arguments: cases)
    func `a known person keeps the old value and gets everything else`(_ what: Case) async throws {
        let gym = try await gym(minding: what)
        await gym.deliver(.ana())
        let id = try #require(gym.onlyContact)
        let before = try #require(gym.keap.with { $0.people[id] })
        var changed = person(what)
        changed.values[.firstName] = .value("Anita")
        if what.field != .birthDate { changed.values[.birthDate] = .value("2014-07-10") }
        changed.status = .value("Alumni")
        let delivery = await gym.deliver(changed, job: 2)
        #expect(delivery.isDone)
        let after = try #require(gym.keap.with { $0.people[id] })
        #expect(after.given == "Anita")
        if what.field != .birthDate { #expect(after.birthDate == "2014-07-10") }
        if what.field == .email { #expect(after.emails == before.emails) }
        if what.field == .mobilePhone { #expect(after.phones == before.phones) }
        #expect(gym.tagNames(id) == ["ZP Program: Kids - CURRENT", "ZP Status: Alumni"])
        #expect(delivery.notes?.contains { $0.contains(what.value) } == true)
    }

    @Test(arguments: cases)
    func `the same message again costs no call and says the same`(_ what: Case) async throws {
        let gym = try await gym(minding: what)
        let first = await gym.deliver(person(what))
        gym.keap.forgetCalls()
        let second = await gym.deliver(person(what), job: 2)
        #expect(gym.keap.calls == [])
        #expect(second.notes == first.notes)
    }

    @Test func `a better value is sent`() async throws {
        let what = Self.cases[0]
        let gym = try await gym(minding: what)
        await gym.deliver(person(what))
        let delivery = await gym.deliver(.ana(), job: 2)
        let id = try #require(gym.onlyContact)
        #expect(gym.keap.with { $0.people[id]!.emails.map(\.email) } == ["ana@example.org"])
        #expect(delivery.notes?.contains { $0.contains("refused") } == false)
    }

    @Test func `two bad values are both found`() async throws {
        let gym = try Gym()
        try await gym.connectForTests()
        gym.keap.with { world in
            world.judge = { body in
                Self.cases[0].minds(body) || Self.cases[3].minds(body) ? .refused(status: 422, message: "no") : nil
            }
        }
        let ana = PersonSnapshot.ana {
            $0.values[.email] = .value("o'brien@example.org")
            $0.values[.mobilePhone] = .value("12")
        }
        let delivery = await gym.deliver(ana)
        #expect(delivery.isDone)
        #expect(gym.onlyContact != nil)
        #expect(delivery.notes?.count == 2)
    }

    @Test func `a contact that Keap refuses whatever is sent is a dead letter that names what was sent`() async throws {
        let gym = try Gym()
        try await gym.connectForTests()
        gym.keap.with { $0.refusal = .refused(status: 400, message: "no") }
        gym.keap.forgetCalls()
        let delivery = await gym.deliver(.ana())
        #expect(delivery.isDead)
        #expect(delivery.reason?.contains("ana@example.org") == true, "\(delivery.reason ?? "")")
        #expect(gym.keap.calls.filter { $0.hasPrefix("create") }.count <= 5)
        #expect(try gym.mirror("zp-1").contact == nil)
    }

    @Test(arguments: [401, 403, 409])
    func `a refusal that is not about what was sent blames no value`(_ status: Int) async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        gym.keap.with { $0.refusal = .refused(status: status, message: "email") }
        gym.keap.forgetCalls()
        let delivery = await gym.deliver(.ana { $0.values[.birthDate] = .value("2014-07-10") }, job: 2)
        #expect(delivery.isDead)
        #expect(gym.keap.calls.count == 1)
    }

    @Test func `what cannot be asked is not said to be Keap's refusal`() {
        let failure = DeliveryFailure.keap(.refused(status: 0, message: "An id cannot be “x/y”."))
        let delivery = failure.delivery(state: [], doing: "update contact x/y")
        #expect(delivery.reason == "Keap was not asked to update contact x/y: An id cannot be “x/y”.")
    }
}
