import DurableQueue

/// What a simulated job is about, as its payload says: enough to know, without asking the queue, which jobs must share a
/// lane.
struct SimulatedSubject: Hashable, Sendable {
    enum Naming: UInt8, Sendable {
        /// By a number of its own: a lane apart.
        case id
        case name
        case booking
        /// By both, which shows that they are one person: the two lanes become one.
        case bookingAndName
    }

    var person: UInt8
    var naming: Naming
    var isSnapshot: Bool
    var urgency: JobUrgency
    /// Tells its record apart on the disk.
    var mark: UInt64

    static let people: UInt8 = 9
    static let tenants: [TenantID] = [TenantID("a"), TenantID("b"), TenantID("c")]

    /// By number, by name and by booking, of each person.
    static var lanesOfTenant: Int { 3 * Int(people) / tenants.count }

    /// Of one person of each tenant no run leaves a state, so that the lanes are forgotten.
    var leavesState: Bool { person < 6 }

    /// Whether it can be done in one run with the one that waits before it.
    var goesAlong: Bool { mark & 3 != 0 }

    /// Half of them have one.
    var idempotencyKey: String? { mark & 4 == 0 ? nil : "event \(mark)" }

    var tenant: TenantID { Self.tenants[Int(person) % Self.tenants.count] }

    var payload: [UInt8] {
        [person, naming.rawValue, isSnapshot ? 1 : 0, urgency.rawValue]
            + withUnsafeBytes(of: mark.littleEndian) { Array($0) }
    }

    init(person: UInt8, naming: Naming, isSnapshot: Bool, urgency: JobUrgency, mark: UInt64) {
        (self.person, self.naming, self.isSnapshot) = (person, naming, isSnapshot)
        (self.urgency, self.mark) = (urgency, mark)
    }

    init(_ payload: [UInt8]) {
        let mark = payload[4..<12].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.init(
            person: payload[0], naming: Naming(rawValue: payload[1])!, isSnapshot: payload[2] == 1,
            urgency: JobUrgency(rawValue: payload[3])!, mark: mark)
    }

    static func random(_ chance: inout some RandomNumberGenerator) -> SimulatedSubject {
        let naming: Naming = [.id, .id, .name, .name, .booking, .booking, .bookingAndName].randomElement(
            using: &chance)!
        return SimulatedSubject(
            person: .random(in: 0..<people, using: &chance), naming: naming,
            isSnapshot: Int.random(in: 0..<4, using: &chance) > 0,
            urgency: Int.random(in: 0..<4, using: &chance) == 0 ? .bulk : .live, mark: chance.next())
    }

    var keys: [LaneKey] {
        switch naming {
        case .id: [.id("id \(person)")]
        case .name: [.name("name \(person)")]
        case .booking: [.booking("booking \(person)")]
        case .bookingAndName: [.booking("booking \(person)"), .name("name \(person)")]
        }
    }
}

/// Job numbers, as a simulated lane remembers them.
struct DoneList {
    static func add(_ id: JobID, to state: [UInt8]) -> [UInt8] {
        state + withUnsafeBytes(of: UInt16(truncatingIfNeeded: id.rawValue).littleEndian) { Array($0) }
    }

    /// Stands for a job that saved its lane's state while it ran.
    static func halfway(_ id: JobID) -> JobID { JobID(rawValue: id.rawValue | 0x8000) }

    static func numbers(in state: [UInt8]) -> Set<UInt64> {
        Set(stride(from: 0, to: state.count - 1, by: 2).map { UInt64(state[$0]) | UInt64(state[$0 + 1]) << 8 })
    }

    static func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        let known = numbers(in: a)
        return numbers(in: b).subtracting(known).sorted().reduce(a) { add(JobID(rawValue: $1), to: $0) }
    }
}
