import Foundation

/// When one source of one gym is usually heard, learned from when it was; says when it has been quiet for longer than that.
///
/// The week has 336 half hours, in UTC. For each one it counts in how many weeks it was watched from end to end, and in how
/// many of those a message came. A half hour that passes without a message is as surprising as it was sure to bring one:
/// in one of the night, which never did, silence says nothing. What a silence adds up to is compared with one chance in
/// ten thousand. Nothing is said before a fortnight was watched, and nothing is learned from a silence once it is told.
///
/// A holiday looks like a fault. A half hour in which the service did not listen counts for nothing.
struct SourceRhythm: Codable, Equatable, Sendable {
    static let slotLength: Int64 = 1_800_000
    static let slotCount = 336
    /// Milliseconds for which a source must have been known.
    static let apprenticeship: Int64 = 14 * 86_400_000
    /// The negative logarithm of one chance in ten thousand.
    static let limit = 9.2
    /// Weeks remembered: past these, older ones count half.
    private static let mostWeeks: UInt8 = 16

    private var watched = [UInt8](repeating: 0, count: slotCount)
    private var active = [UInt8](repeating: 0, count: slotCount)
    /// The first message of all; milliseconds since 1970.
    private var firstHeard: Int64?
    private(set) var lastHeard: Int64?
    /// How surprising the silence since the last message is.
    private var surprise = 0.0
    /// The half hour that is being watched, counted since 1970. Nil after a start.
    private var slot: Int64?
    private var isWhole = false

    init() {}

    /// Reads what `bytes` holds; nil if that is none, or another version's.
    init?(_ bytes: [UInt8]) {
        guard var saved = try? JSONDecoder().decode(Self.self, from: Data(bytes)),  // a hint, not worth a failed start
            saved.watched.count == Self.slotCount, saved.active.count == Self.slotCount
        else { return nil }
        // What came between is not known.
        (saved.slot, saved.isWhole) = (nil, false)
        self = saved
    }

    var bytes: [UInt8] { (try? JSONEncoder().encode(self)).map { Array($0) } ?? [] }  // numbers always encode

    /// Whether it has been quiet for longer than it ever is.
    var isSilent: Bool { surprise >= Self.limit && isKnown }
    /// Whether enough is known to say so.
    private var isKnown: Bool {
        guard let firstHeard, let slot else { return false }
        return slot &* Self.slotLength &- firstHeard >= Self.apprenticeship
    }

    /// Takes the time of the last message, if there was any, and the time that has passed.
    ///
    /// - Parameters:
    ///   - isListening: whether a message would have been taken since the look before.
    /// - Returns: whether something was learned that is worth keeping.
    mutating func look(lastMessage: Int64?, isListening: Bool, at now: Int64) -> Bool {
        let heardBefore = lastHeard
        if let lastMessage, lastMessage > lastHeard ?? .min {
            firstHeard = firstHeard ?? lastMessage
            lastHeard = lastMessage
            surprise = 0
        }
        let current = now / Self.slotLength
        guard let before = slot, current >= before else {
            // A start, or a clock that was set back.
            (slot, isWhole) = (current, false)
            return false
        }
        isWhole = isWhole && isListening
        guard current > before else { return false }
        // A message of the half hour that begins is none of the one that ends.
        let isActive = [heardBefore, lastHeard].contains { $0.map { $0 / Self.slotLength } == before }
        finish(before, isActive: isActive)
        (slot, isWhole) = (current, isListening && current == before + 1)
        return true
    }

    private mutating func finish(_ slot: Int64, isActive: Bool) {
        let place = Self.place(of: slot)
        // A silence that was told, or of a source that was never heard, teaches nothing.
        guard firstHeard != nil, isActive || (isWhole && !isSilent) else { return }
        if !isActive { surprise += surprise(at: place) }
        if watched[place] >= Self.mostWeeks {
            watched[place] /= 2
            active[place] /= 2
        }
        watched[place] += 1
        if isActive { active[place] += 1 }
    }

    /// As if two more weeks had been watched in vain, so that little is made of few.
    private func surprise(at place: Int) -> Double {
        -log(1 - Double(active[place]) / (Double(watched[place]) + 2))
    }

    private static func place(of slot: Int64) -> Int {
        let rest = Int(slot % Int64(slotCount))
        return rest < 0 ? rest + slotCount : rest
    }

    /// Until when silence is usual, in milliseconds since 1970. Nil while too little is known, or if it is never unusual.
    var quietUntil: Int64? {
        guard let slot, isKnown else { return nil }
        var sum = surprise
        for ahead in slot..<slot + Int64(8 * Self.slotCount) {
            if sum >= Self.limit { return ahead * Self.slotLength }
            sum += surprise(at: Self.place(of: ahead))
        }
        return nil
    }
}
