/// Which of a person's parts the delivered snapshots carried: what an older snapshot, delivered late, may still say.
///
/// Small and steady: as long as all snapshots carry the same parts, it does not change with them.
struct CarriedParts: Equatable, Sendable, Codable {
    /// Carried by the newest snapshot that was delivered.
    private(set) var last: [String] = []
    /// Of the other parts, the newest job that carried each.
    private(set) var before: [String: UInt64] = [:]

    static let status = "tags of status"
    static let programs = "tags of programs"
    static let all = SyncedField.allCases.map(\.rawValue) + [status, programs]

    /// - Parameter newest: the newest snapshot that was delivered before; 0: none.
    static func unknown(after newest: UInt64) -> CarriedParts {
        CarriedParts(last: newest == 0 ? [] : all.sorted())
    }

    private init(last: [String]) { self.last = last }

    /// - Parameters:
    ///   - carriers: for each part the job that carried it: `job`, or one that was delivered with it and came before.
    ///   - newest: the newest snapshot that was delivered before; 0: none.
    mutating func delivered(_ carriers: [String: UInt64], by job: UInt64, after newest: UInt64) {
        guard job > newest else {
            // Late: the newest one's parts are still its own.
            for (part, carrier) in carriers where !last.contains(part) {
                before[part] = max(before[part] ?? 0, carrier)
            }
            return
        }
        for part in last where carriers[part] == nil { before[part] = newest }
        for (part, carrier) in carriers { before[part] = carrier == job ? nil : carrier }
        last = carriers.filter { $0.value == job }.keys.sorted()
    }

    mutating func delivered(_ parts: Set<String>, by job: UInt64, after newest: UInt64) {
        delivered(Dictionary(uniqueKeysWithValues: parts.map { ($0, job) }), by: job, after: newest)
    }

    /// Those parts that no newer snapshot carried.
    func leftOver(of parts: Set<String>, for job: UInt64) -> Set<String> {
        parts.filter { !last.contains($0) && before[$0] ?? 0 < job }
    }

    /// Of two lanes that are one. In doubt a part counts as carried by the newest.
    func united(with other: CarriedParts) -> CarriedParts {
        var united = CarriedParts(last: Set(last + other.last).sorted())
        united.before = before.merging(other.before) { max($0, $1) }.filter { !united.last.contains($0.key) }
        return united
    }
}

extension PersonSnapshot {
    var parts: Set<String> {
        var parts = Set(values.keys.map(\.rawValue))
        if status != nil { parts.insert(CarriedParts.status) }
        if programs != nil { parts.insert(CarriedParts.programs) }
        return parts
    }

    /// Asks for nothing.
    package var withoutParts: PersonSnapshot { PersonSnapshot(zenPlannerID: zenPlannerID) }

    /// What is left to deliver of a snapshot though a newer one was delivered: what only this one carried. Nil: nothing.
    ///
    /// - Parameter state: the lane's mirror.
    package func leftOver(after state: [UInt8], job: UInt64) -> PersonSnapshot? {
        guard let mirror = try? Mirror(bytes: state), mirror.contact != nil, let carried = mirror.carried else {
            return nil
        }
        let parts = carried.leftOver(of: parts, for: job)
        guard !parts.isEmpty else { return nil }
        var rest = self
        rest.values = values.filter { parts.contains($0.key.rawValue) }
        if !parts.contains(CarriedParts.status) { rest.status = nil }
        if !parts.contains(CarriedParts.programs) { rest.programs = nil }
        // Its own notes are about values that newer ones may have mended; what is listed of those stays.
        rest.notes = mirror.attention
        return rest
    }
}
