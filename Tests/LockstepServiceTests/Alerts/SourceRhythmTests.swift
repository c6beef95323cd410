import Testing

@testable import LockstepService

@Suite struct SourceRhythmTests {
    private static let day: Int64 = 86_400_000
    private static let week = 7 * day
    private static let step: Int64 = 300_000
    /// A Monday at midnight.
    private static let start: Int64 = 1_767_571_200_000

    /// A source heard every ten minutes from 6 to 22 o'clock on six days, and never on the seventh.
    private static func isOpen(_ time: Int64) -> Bool {
        let hour = time % day / 3_600_000
        return (6..<22).contains(hour) && (time - start) / day % 7 != 6
    }

    /// Lets time pass, and returns when it was first found silent.
    private func pass(
        _ rhythm: inout SourceRhythm, from: Int64, to: Int64, isListening: Bool = true, _ isHeard: (Int64) -> Bool
    ) -> Int64? {
        var silentSince: Int64?
        var last = rhythm.lastHeard
        for time in stride(from: from, to: to, by: Int(Self.step)) {
            if isHeard(time) { last = time }
            _ = rhythm.look(lastMessage: last, isListening: isListening, at: time)
            if rhythm.isSilent, silentSince == nil { silentSince = time }
        }
        return silentSince
    }

    @Test func `nights, closed days and a morning's late first message are no silence`() {
        var rhythm = SourceRhythm()
        let silent = pass(&rhythm, from: Self.start, to: Self.start + 8 * Self.week) { time in
            // Each tenth day begins an hour and a half late.
            Self.isOpen(time) && !((time - Self.start) / Self.day % 10 == 9 && time % Self.day < 27_000_000)
        }
        #expect(silent == nil)
    }

    @Test func `a busy source that falls silent at noon is told the same afternoon, and once a message comes, no more`()
        throws
    {
        var rhythm = SourceRhythm()
        let noon = Self.start + 6 * Self.week + Self.day / 2
        #expect(pass(&rhythm, from: Self.start, to: noon, Self.isOpen) == nil)
        let expected = try #require(rhythm.quietUntil)
        let silent = try #require(pass(&rhythm, from: noon, to: noon + Self.day, { _ in false }))
        #expect(silent - noon > 2 * 3_600_000 && silent - noon < 6 * 3_600_000, "\((silent - noon) / 60_000) min")
        #expect(abs(silent - expected) <= SourceRhythm.slotLength, "as was foretold")
        // Three weeks later it is still known to be wrong.
        #expect(pass(&rhythm, from: noon + Self.day, to: noon + 3 * Self.week, { _ in false }) == noon + Self.day)
        let back = noon + 3 * Self.week
        #expect(pass(&rhythm, from: back, to: back + 3_600_000, { $0 == back }) == nil)
    }

    @Test func `nothing is said before a fortnight was watched`() {
        var rhythm = SourceRhythm()
        let end = Self.start + 5 * Self.day
        #expect(pass(&rhythm, from: Self.start, to: end, Self.isOpen) == nil)
        #expect(pass(&rhythm, from: end, to: end + 8 * Self.day, { _ in false }) == nil)
        #expect(SourceRhythm().quietUntil == nil)
    }

    @Test func `a source with three messages a week may be quiet for days, and not for a month`() throws {
        var rhythm = SourceRhythm()
        let end = Self.start + 12 * Self.week
        let isHeard = { (time: Int64) in
            let day = (time - Self.start) / Self.day % 7
            return [1, 3, 5].contains(day) && time % Self.day == 36_000_000
        }
        #expect(pass(&rhythm, from: Self.start, to: end, isHeard) == nil)
        #expect(pass(&rhythm, from: end, to: end + 8 * Self.day, { _ in false }) == nil)
        let silent = try #require(pass(&rhythm, from: end + 8 * Self.day, to: end + 5 * Self.week, { _ in false }))
        #expect(silent > end + 8 * Self.day)
    }

    @Test func `a time in which the service did not listen is no silence`() {
        var rhythm = SourceRhythm()
        let noon = Self.start + 6 * Self.week + Self.day / 2
        _ = pass(&rhythm, from: Self.start, to: noon, Self.isOpen)
        #expect(pass(&rhythm, from: noon, to: noon + 2 * Self.day, isListening: false, { _ in false }) == nil)
        // Off for two days, then on again.
        var restarted = SourceRhythm(rhythm.bytes)
        #expect(restarted != nil)
        let later = noon + 4 * Self.day
        #expect(pass(&restarted!, from: later, to: later + 3_600_000, { _ in false }) == nil)
        #expect(restarted?.lastHeard == rhythm.lastHeard)
    }

    @Test func `a source that was never heard is not silent, and a clock set back is survived`() {
        var rhythm = SourceRhythm()
        #expect(pass(&rhythm, from: Self.start, to: Self.start + 4 * Self.week, { _ in false }) == nil)
        _ = rhythm.look(lastMessage: nil, isListening: true, at: -5)
        _ = rhythm.look(lastMessage: .max, isListening: true, at: .max)
        _ = rhythm.look(lastMessage: .min, isListening: true, at: .min)
        #expect(SourceRhythm([1, 2, 3]) == nil)
        #expect(SourceRhythm(Array(#"{"watched":[1],"active":[],"surprise":0,"isWhole":true}"#.utf8)) == nil)
    }
}
