import Keap
import Synchronization
import Testing

@testable import ContactSync

@Suite struct ContactPrefetchTests {
    private let keap = FakeKeap()
    private let time = Dial(Duration.zero)
    private let ahead = Dial(1_000)
    private static let field = CustomFieldModel(
        id: CustomFieldID("1"), label: "Zen Planner ID", fieldName: "ZenPlannerID", fieldType: "TEXT")

    private func finder() -> ContactFinder {
        ContactFinder(
            calls: keap,
            readAhead: ContactPrefetch(
                calls: keap, now: { [time] in time.value }, searchesAhead: { [ahead] in ahead.value }))
    }

    private func add(_ number: Int, id: String? = nil, email: String) {
        keap.with { world in
            var person = FakeKeap.Person()
            person.emails = [EmailSlot(field: "EMAIL1", email: email)]
            if let id { person.custom[Self.field.id] = .string(id) }
            world.people[ContactID(String(number))] = person
            world.fields[Self.field.id] = Self.field
        }
    }

    @Test func `who is new costs no search once the contacts were read`() async throws {
        for number in 1...25 { add(number, email: "p\(number)@example.org") }
        keap.with { $0.pageSize = 10 }
        let finder = finder()

        for number in 100..<120 {
            #expect(
                try await finder.look(
                    id: "zp-\(number)", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting) == [])
            #expect(
                try await finder.look(email: "n\(number)@example.org", idField: Self.field.id, fields: PlanStep.meeting)
                    == [])
        }

        #expect(keap.calls == ["page 1", "page 2", "page 3", "page 1", "page 2", "page 3"])
    }

    @Test func `who seems to be there is asked for afresh`() async throws {
        add(7, id: "ZP-7", email: "Ana@Example.org")
        let finder = finder()

        #expect(
            try await finder.look(id: "zp-7", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting)
                .map(\.id.text) == ["7"])
        #expect(
            try await finder.look(email: "ana@example.org", idField: Self.field.id, fields: PlanStep.meeting).map(
                \.id.text) == ["7"])
        #expect(keap.calls == ["page 1", "read 7", "read 7"])
    }

    @Test func `what is made while nobody reads ahead adds nothing up, and an old book is dropped`() async throws {
        let readAhead = ContactPrefetch(
            calls: keap, now: { [time] in time.value }, searchesAhead: { [ahead] in ahead.value })
        var body = ContactBody()
        body.emails = [EmailSlot(field: "EMAIL1", email: "ana@example.org")]
        await readAhead.note(ContactID("7"), body, field: Self.field.id)
        #expect(await readAhead.isEmpty)

        add(1, email: "p@example.org")
        try await readAhead.prepare(Self.field.id)
        #expect(await readAhead.bearers(ofEmail: "ana@example.org") == [])
        await readAhead.note(ContactID("7"), body, field: Self.field.id)
        #expect(await readAhead.bearers(ofEmail: "ana@example.org") == [ContactID("7")])
        time.set(ContactPrefetch.longestAge)
        await readAhead.note(ContactID("8"), body, field: Self.field.id)
        #expect(await readAhead.isEmpty)
    }

    @Test func `several with one address are searched for, which is one call`() async throws {
        add(7, email: "family@example.org")
        add(8, email: "family@example.org")

        let found = try await finder().look(
            email: "family@example.org", idField: Self.field.id, fields: PlanStep.meeting)

        #expect(Set(found.map(\.id.text)) == ["7", "8"])
        #expect(keap.calls == ["page 1", "search"])
    }

    @Test func `a contact that is gone since is searched for`() async throws {
        add(7, id: "7", email: "a@example.org")
        let finder = finder()
        _ = try await finder.look(id: "other", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting)
        keap.with { $0.people = [:] }

        #expect(
            try await finder.look(id: "7", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting)
                == [])
        #expect(keap.calls == ["page 1", "read 7", "search"])
    }

    @Test func `with few people ahead each is searched for`() async throws {
        ahead.set(ContactPrefetch.fewestSearches - 1)
        add(7, email: "a@example.org")

        _ = try await finder().look(email: "b@example.org", idField: Self.field.id, fields: PlanStep.meeting)

        #expect(keap.calls == ["search"])
    }

    @Test func `reading stops where it costs more than it spares, and rests`() async throws {
        for number in 1...100 { add(number, email: "p\(number)@example.org") }
        keap.with { $0.pageSize = 1 }
        ahead.set(20)
        let finder = finder()

        _ = try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting)
        #expect(keap.calls == (1...10).map { "page \($0)" } + ["search"])

        keap.forgetCalls()
        time.set(ContactPrefetch.rest - .seconds(1))
        _ = try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting)
        #expect(keap.calls == ["search"])

        keap.forgetCalls()
        time.set(ContactPrefetch.rest)
        _ = try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting)
        #expect(keap.calls.first == "page 1")
    }

    @Test func `an old book is read again`() async throws {
        let finder = finder()
        _ = try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting)
        add(7, email: "x@example.org")
        #expect(try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting) == [])

        time.set(ContactPrefetch.longestAge)
        #expect(
            try await finder.look(email: "x@example.org", idField: Self.field.id, fields: PlanStep.meeting).map(
                \.id.text) == ["7"])
        #expect(keap.calls == ["page 1", "page 1", "read 7"])
    }

    @Test func `what we create meanwhile is known, also while pages are being read`() async throws {
        for number in 1...20 { add(number, email: "p\(number)@example.org") }
        keap.with { $0.pageSize = 10 }
        let finder = finder()
        var body = ContactBody()
        body.emails = [EmailSlot(field: "EMAIL1", email: "new@example.org")]
        body.customFields = [CustomFieldContent(id: Self.field.id, content: .string("zp-99"))]
        let created = body
        keap.onCall { name in
            // Between two pages: neither of them shows it.
            if name == "page 2" { await finder.readAhead?.note(ContactID("99"), created, field: Self.field.id) }
        }

        _ = try await finder.look(id: "zp-1", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting)
        add(99, id: "zp-99", email: "new@example.org")

        #expect(
            try await finder.look(id: "ZP-99", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting)
                .map(\.id.text) == ["99"])
        #expect(
            try await finder.look(email: "new@example.org", idField: Self.field.id, fields: PlanStep.meeting).map(
                \.id.text) == ["99"])
    }

    @Test func `many who ask at once wait for one reading`() async throws {
        for number in 1...30 { add(number, email: "p\(number)@example.org") }
        keap.with { $0.pageSize = 10 }
        let finder = finder()

        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<50 {
                group.addTask {
                    (try? await finder.look(
                        id: "new \(number)", field: Self.field, named: Self.field.fieldName, fields: PlanStep.meeting))
                        == []
                }
            }
            for await isAbsent in group { #expect(isAbsent) }
        }

        #expect(keap.calls == ["page 1", "page 2", "page 3", "page 1", "page 2", "page 3"])
    }

    @Test func `a page that cannot be read fails the search, and the next one begins anew`() async throws {
        add(7, email: "a@example.org")
        keap.with { $0.faults[0] = .unavailable }
        let finder = finder()

        await #expect(throws: KeapFailure.self) {
            try await finder.look(email: "b@example.org", idField: Self.field.id, fields: PlanStep.meeting)
        }
        #expect(try await finder.look(email: "b@example.org", idField: Self.field.id, fields: PlanStep.meeting) == [])
        #expect(keap.calls == ["page 1", "page 1"])
    }
}

extension ContactFinder {
    fileprivate func look(
        id: String, field: CustomFieldModel, named fieldName: String, fields: [ContactField]
    ) async throws(KeapFailure) -> [KeapContact] {
        try await readAhead?.prepare(field.id)
        return try await find(id: id, field: field, named: fieldName, fields: fields).contacts
    }

    fileprivate func look(
        email: String, idField: CustomFieldID, fields: [ContactField]
    ) async throws(KeapFailure) -> [KeapContact] {
        try await readAhead?.prepare(idField)
        return try await find(email: email, idField: idField, fields: fields).contacts
    }
}

extension StepAnswer {
    fileprivate var contacts: [KeapContact] { if case .contacts(let found, _) = self { found } else { [] } }
}

/// A value that a test turns while others read it.
final class Dial<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    func set(_ value: Value) { state.withLock { $0 = value } }
}
