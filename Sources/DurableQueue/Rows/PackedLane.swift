/// A lane, as it lies in memory.
struct PackedLane: Equatable, Sendable {
    var line = LaneQueue()
    var state: UInt64
    var newestSnapshot: UInt64
    var stateSize: UInt32
    var tenant: UInt32
    /// In the key index; 0: none.
    var firstKey: UInt32 = 0
    /// Dead jobs, which a retry puts back into it. Stays at the greatest number once it was reached.
    var dead: UInt16 = 0
    /// Four flags in one byte: with a byte each, a lane would take eight bytes more.
    private var flags: Flags = []

    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let isPaused = Flags(rawValue: 1)
        static let hasExtras = Flags(rawValue: 2)
        static let hasBulk = Flags(rawValue: 4)
        static let isEscalated = Flags(rawValue: 8)
    }

    init(
        state: UInt64 = Self.noState, stateSize: UInt32 = UInt32(Self.usualState), newestSnapshot: UInt64 = 0,
        tenant: UInt32, isPaused: Bool = false
    ) {
        (self.state, self.stateSize, self.newestSnapshot, self.tenant) = (state, stateSize, newestSnapshot, tenant)
        self.isPaused = isPaused
    }

    var isPaused: Bool {
        get { flags.contains(.isPaused) }
        set { set(.isPaused, newValue) }
    }

    /// Whether there is more about it in `extras`.
    var hasExtras: Bool {
        get { flags.contains(.hasExtras) }
        set { set(.hasExtras, newValue) }
    }

    /// A bulk job came into it since it was last empty.
    var hasBulk: Bool {
        get { flags.contains(.hasBulk) }
        set { set(.hasBulk, newValue) }
    }

    /// A live job came behind a bulk one since it was last empty.
    var isEscalated: Bool {
        get { flags.contains(.isEscalated) }
        set { set(.isEscalated, newValue) }
    }

    private mutating func set(_ flag: Flags, _ isSet: Bool) {
        if isSet { flags.insert(flag) } else { flags.remove(flag) }
    }

    /// As a checkpoint writes it: without what is made again from the records of its keys and jobs.
    var saved: PackedLane {
        var saved = self
        (saved.line, saved.firstKey, saved.dead, saved.hasExtras) = (LaneQueue(), 0, 0, false)
        return saved
    }

    /// Bytes of a state whose record the log does not tell the size of.
    static let usualState = 512

    static let noState = UInt64.max
    var address: LogAddress? { state == Self.noState ? nil : LogAddress(rawValue: state) }
}
