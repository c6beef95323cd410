import AsyncPrimitives
import Keap

extension TagService {
    /// Finds in Keap what wishes refer to, and makes what may be made. What is not there is noted as missing.
    func resolve(_ needs: [ReferenceNeed]) async throws(DeliveryFailure) {
        var labels: [String] = []
        var words: [String] = []
        for need in needs where !directory.references.answers(need) {
            switch need {
            case .customField(let label): labels.append(label)
            case .users(let word): words.append(word)
            case .options(let label, _):
                // An option may have been added in Keap since.
                try await readFields([label])
                edit { $0.references.noteReread(need) }
            case .record: break
            }
        }
        if !labels.isEmpty { try await resolveFields(labels) }
        if !words.isEmpty { try await resolveUsers(words) }
        for need in needs {
            guard case .record(let kind, let name) = need, !directory.references.answers(need) else { continue }
            try await noting(need) { () async throws(DeliveryFailure) in _ = try await record(kind, named: name) }
        }
        try await persist()
    }

    /// Something of these may be gone from Keap; they are asked for again.
    nonisolated func forgetReferences() { edit { $0.references.forget() } }

    nonisolated func noteNoAppointments(_ why: String) { edit { $0.references.noAppointments = why } }

    /// Notes a record that Keap clearly refuses to make, so that it keeps no booking from being delivered.
    private func noting(_ need: ReferenceNeed, _ make: () async throws(DeliveryFailure) -> Void)
        async throws(DeliveryFailure)
    {
        do throws(DeliveryFailure) {
            try await make()
        } catch {
            guard case .keap(.refused(_, let message)) = error else { throw error }
            edit { $0.references.note(need, refused: message) }
        }
    }

    private func resolveFields(_ labels: [String]) async throws(DeliveryFailure) {
        guard let turn = await connecting.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        let open = labels.filter { !directory.references.answers(.customField(label: $0)) }
        guard !open.isEmpty else { return }
        // One read answers for every label that the settings name, so that the next booking need not ask.
        let all = open + settings.wishes.labels.filter { label in !open.contains { $0.folded == label.folded } }
        try await readFields(all)
        for label in all {
            guard let type = settings.wishes.makes[label.folded] else { continue }
            let need = ReferenceNeed.customField(label: label)
            guard !directory.references.answers(need) else { continue }
            try await noting(need) { () async throws(DeliveryFailure) in try await makeField(label, type) }
        }
    }

    private func readFields(_ labels: [String]) async throws(DeliveryFailure) {
        let models = try await keap { () async throws(KeapFailure) in try await callsAhead.customFields() }
        let making = Set(settings.wishes.makes.keys)
        edit { $0.references.note(fields: models, for: labels, making: making) }
    }

    private func makeField(_ label: String, _ type: CustomFieldType) async throws(DeliveryFailure) {
        var made = try await keap { () async throws(KeapFailure) in
            try await callsAhead.createCustomField(label, type: type)
        }
        // Its answer may leave out what was asked for.
        if made.type == nil { made.fieldType = type.rawValue }
        edit { $0.references.note(made, as: label) }
        try await persist()
    }

    private func resolveUsers(_ words: [String]) async throws(DeliveryFailure) {
        guard let turn = await connecting.acquire(0) else { throw .interrupted }
        defer { turn.release() }
        let open = words.filter { !directory.references.answers(.users(words: $0)) }
        guard !open.isEmpty else { return }
        var users: [KeapUser] = []
        do throws(KeapFailure) {
            users = try await callsAhead.users()
        } catch {
            // A key that may not see them: no user is known, and the booking is delivered all the same.
            guard case .refused = error else { throw .keap(error) }
        }
        edit { $0.references.note(users: users, lookedFor: open) }
    }

    /// The record of this name: the oldest in Keap, or a new one.
    private func record(_ kind: RecordKind, named name: String) async throws(DeliveryFailure) -> RecordID {
        if let known = directory.references.record(kind, name) { return known }
        let need = ReferenceNeed.record(kind, name: name).folded
        guard let turn = await referring.acquire(need) else { throw .interrupted }
        defer { turn.release() }
        if let known = directory.references.record(kind, name) { return known }
        var category: RecordID?
        if kind == .leadSource, let wanted = settings.wishes.leadSourceCategory {
            category = try await record(.leadSourceCategory, named: wanted)
        }
        if let found = try await existing(kind, name) {
            try await keepRecord(kind, name, found)
            return found
        }
        let made: RecordID
        do throws(KeapFailure) {
            made = try await callsAhead.createRecord(kind, named: name, in: category).id
        } catch {
            // It may have been made since we looked, also by our own lost request.
            switch error {
            case .refused, .gone: break
            default: throw .keap(error)
            }
            if let found = try await existing(kind, name) {
                made = found
            } else if let category, error.message.lowercased().contains("categor"),
                let other = try await recheckedCategory(category)
            {
                made = try await keap { () async throws(KeapFailure) in
                    try await callsAhead.createRecord(kind, named: name, in: other).id
                }
            } else {
                throw .keap(error)
            }
        }
        try await keepRecord(kind, name, made)
        return made
    }

    /// The lead sources' category, if it turns out to be another than the one that was refused.
    private func recheckedCategory(_ refused: RecordID) async throws(DeliveryFailure) -> RecordID? {
        guard let name = settings.wishes.leadSourceCategory else { return nil }
        if directory.references.record(.leadSourceCategory, name) == refused {
            guard try await existing(.leadSourceCategory, name) != refused else { return nil }
            edit { $0.references.forget(.leadSourceCategory, name) }
        }
        return try await record(.leadSourceCategory, named: name)
    }

    private func existing(_ kind: RecordKind, _ name: String) async throws(DeliveryFailure) -> RecordID? {
        let found = try await keap { () async throws(KeapFailure) in try await callsAhead.records(kind, named: name) }
        return found.filter { $0.name.folded == name.folded }.map(\.id).min()
    }

    private func keepRecord(_ kind: RecordKind, _ name: String, _ id: RecordID) async throws(DeliveryFailure) {
        edit { $0.references.note(kind, name, id) }
        // The id it got, before the next call.
        try await persist()
    }
}
