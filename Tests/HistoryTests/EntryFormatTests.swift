import SeededRandom
import Testing

@testable import History

struct EntryFormatTests {
    private static let names = [
        "Ana Ruiz", "👩‍👩‍👧‍👦 Zoë", "\u{202E}evil\u{202C}", "شيماء", "a\u{200B}b\u{FEFF}c",
        String(repeating: "ü", count: 10_000), "",
        "\u{0}\u{7}", "e\u{301}",
    ]

    static func entry(_ index: Int, jobs: [UInt64]? = nil) -> HistoryEntry {
        HistoryEntry(
            at: Int64(index), kind: UInt8(index % 3 + 1), scope: "downtown", jobs: jobs ?? [UInt64(index)],
            keys: ["person:\(index)"], words: names[index % names.count],
            parts: [.init(1, names[index % names.count].utf8), .init(4, [UInt8](repeating: 7, count: index % 50))])
    }

    @Test(arguments: 0..<18) func `an entry reads as it was written`(index: Int) {
        let entry = Self.entry(index)
        var bytes: [UInt8] = [1, 2, 3]
        EntryFormat.append(entry, to: &bytes)
        #expect(EntryFormat.read(bytes[...], at: 3) == .entry(entry, end: bytes.count))
    }

    @Test func `a part is cut at its bound and says so`() {
        let part = HistoryEntry.Part(4, [UInt8](repeating: 1, count: 9_000))
        #expect(part.bytes.count == 8_192)
        #expect(part.total == 9_000)
        #expect(part.isCut)
        #expect(!HistoryEntry.Part(4, [1]).isCut)
    }

    @Test func `of every beginning of an entry more is asked for, and no flipped bit is taken for one`() {
        var bytes: [UInt8] = []
        EntryFormat.append(Self.entry(3), to: &bytes)
        for end in 0..<bytes.count {
            guard case .short = EntryFormat.read(bytes[..<end], at: 0) else { return #expect(Bool(false), "\(end)") }
        }
        for bit in 0..<(bytes.count * 8) {
            var broken = bytes
            broken[bit / 8] ^= 1 << (bit % 8)
            if case .entry = EntryFormat.read(broken[...], at: 0) { #expect(Bool(false), "bit \(bit)") }
        }
    }

    @Test func `words and keys that are too long are cut or left out, in whole characters`() {
        let long = HistoryEntry(
            at: 0, kind: 1, scope: "g", jobs: [1], keys: [String(repeating: "k", count: 513), "short"],
            words: String(repeating: "é", count: 10_000))
        #expect(long.keys == ["short"])
        #expect(long.words.utf8.count <= HistoryEntry.longestWords)
        #expect(long.words.allSatisfy { $0 == "é" })
        #expect("aé".cutBytes(2) == "a")
        #expect("aé".cutBytes(3) == "aé")
    }

    @Test func `random bytes are never an entry and end no process`() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if case .entry = EntryFormat.read(bytes[...], at: 0) { #expect(Bool(false), "\(bytes)") }
        }
    }
}
