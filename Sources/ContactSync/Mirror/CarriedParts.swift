/// Which of a person's parts the delivered snapshots carried: what an older snapshot, delivered late, may still say.
///
/// Small and steady: as long as all snapshots carry the same parts, it does not change with them.
struct CarriedParts: Equatable, Sendable, Codable {
    /// Carried by the newest snapshot that was delivered.
    private(set) var last: [String] = []
    /// The newest job that carried each of the other parts.
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

    /// The parts that no newer snapshot carried.
    func leftOver(of parts: Set<String>, for job: UInt64) -> Set<String> {
        parts.filter { !last.contains($0) && before[$0] ?? 0 < job }
    }

    /// Unites what two lanes carried. In doubt a part counts as carried by the newest job.
    func united(with other: CarriedParts) -> CarriedParts {
        var united = CarriedParts(last: Set(last + other.last).sorted())
        united.before = before.merging(other.before) { max($0, $1) }.filter { !united.last.contains($0.key) }
        return united
    }
}
