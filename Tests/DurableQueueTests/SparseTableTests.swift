import SeededRandom
import Testing

@testable import DurableQueue

@Suite struct SparseTableTests {
    @Test(arguments: UInt64(1)...40) func `rows are what a dictionary would hold, in ascending order`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var rows = SparseTable<UInt64>()
        var model: [UInt64: UInt64] = [:]
        var next: UInt64 = 1
        // Dense, with gaps, and with numbers that come late.
        let reach: UInt64 = [100, 2_000, 100_000][Int(seed % 3)]
        for turn in 0..<1_500 {
            let number = UInt64.random(in: 1...reach, using: &chance)
            switch Int.random(in: 0..<6, using: &chance) {
            case 0...1:
                rows[next] = UInt64(turn)
                model[next] = UInt64(turn)
                next += 1
            case 2:
                rows[number] = UInt64(turn)
                model[number] = UInt64(turn)
            case 3:
                let old = rows.change(number) { row -> UInt64 in
                    defer { row += 1 }
                    return row
                }
                #expect(old == model[number], "seed \(seed)")
                model[number]? += 1
            default:
                let gone = model.keys.sorted().randomElement(using: &chance) ?? number
                rows[gone] = nil
                model[gone] = nil
            }
            #expect(rows[number] == model[number], "seed \(seed)")
            #expect(rows.contains(number) == (model[number] != nil), "seed \(seed)")
            #expect(rows.count == model.count, "seed \(seed)")
        }
        let sorted = model.keys.sorted()
        #expect(rows.map(\.number) == sorted, "seed \(seed)")
        #expect(rows.allSatisfy { model[$0.number] == $0.row }, "seed \(seed)")
        for number in [0, 1, 63, 64, 65, reach / 2, reach, reach + 70, .max] {
            for least in [1, 10, 100_000] {
                let above = rows.rows(from: number, atLeast: least)?.map(\.number) ?? []
                #expect(above == Array(sorted.filter { $0 >= number }.prefix(above.count)), "seed \(seed)")
                #expect(above.count >= min(least, sorted.count { $0 >= number }), "seed \(seed)")
                #expect(above.count < least + 64, "seed \(seed)")
                let below = rows.rows(below: number, atLeast: least)?.map(\.number) ?? []
                #expect(below == Array(sorted.filter { $0 < number }.reversed().prefix(below.count)), "seed \(seed)")
                #expect(below.count >= min(least, sorted.count { $0 < number }), "seed \(seed)")
                #expect(below.count < least + 64, "seed \(seed)")
            }
            #expect(rows.hasNeighbours(of: number) == sorted.contains { $0 >> 6 == number >> 6 }, "seed \(seed)")
        }
    }

    @Test func `a copy stays what it was`() {
        var rows = SparseTable<Int>()
        for number: UInt64 in 1...1_000 { rows[number] = Int(number) }
        let copy = rows
        for number: UInt64 in 1...1_000 where number % 3 == 0 { rows[number] = nil }
        _ = rows.change(1) { $0 = 0 }
        rows[1_001] = 5
        #expect(copy.count == 1_000)
        #expect(copy.allSatisfy { Int($0.number) == $0.row })
    }

    @Test func `stragglers do not hold the room of those that left`() {
        var rows = SparseTable<PackedJob>()
        let row = PackedJob(
            address: 0, lane: 0, sequence: 0, acceptedAt: 0, size: 0, attempts: 0, tenant: 0, kind: 0, flags: 0)
        for number: UInt64 in 1...100_000 { rows[number] = row }
        #expect(rows.footprint < 100_000 * 60)
        for number: UInt64 in 1...100_000 where number % 1_000 != 0 { rows[number] = nil }
        #expect(rows.count == 100)
        #expect(rows.footprint < 100 * 400)
        for number: UInt64 in 1...100_000 { rows[number] = nil }
        #expect(rows.isEmpty)
        #expect(rows.footprint < 20_000)
    }
}
