// Layout, version 1, little endian. A record that is longer than this was written by a later version that only added
// to it; the rest is ignored.
//
//   0   u8       version
//   1   i64      savedAt, ms since 1970
//   9   i64      closedUntil, ms since 1970; 0: not closed
//  17   5 × u32  announced limits: second, minute, day, tenant minute, tenant day; 0: none
//  37   u32      open calls
//  41   2 × use  day, tenant day: i64 day number, u32 used, u32 used on the day before
//  73   2 × list minute, tenant minute: u16 count, then for each run u32 age in ms, u32 calls

extension BudgetUse {
    package enum ReadError: Error, Equatable {
        case unknownVersion(UInt8)
        case tooShort
    }

    private static let version: UInt8 = 1

    package var bytes: [UInt8] {
        var writer = Writer()
        writer.put(Self.version)
        writer.put(savedAt.milliseconds)
        writer.put(closedUntil?.milliseconds ?? 0)
        for limit in announced.inOrder { writer.put(UInt32(clamping: limit ?? 0)) }
        writer.put(UInt32(clamping: open))
        for use in [day, tenantDay] {
            writer.put(use.day)
            writer.put(UInt32(clamping: use.used))
            writer.put(UInt32(clamping: use.usedDayBefore))
        }
        for runs in [minute, tenantMinute] {
            let runs = Self.thinned(runs)
            writer.put(UInt16(clamping: runs.count))
            for run in runs {
                writer.put(UInt32(clamping: run.age.wholeMilliseconds))
                writer.put(UInt32(clamping: run.count))
            }
        }
        return writer.bytes
    }

    package init(bytes: [UInt8]) throws(ReadError) {
        var reader = Reader(bytes: bytes)
        let version = try reader.get(UInt8.self)
        guard version == Self.version else { throw .unknownVersion(version) }
        savedAt = WallTime(milliseconds: try reader.get())
        let closed = try reader.get(Int64.self)
        closedUntil = closed == 0 ? nil : WallTime(milliseconds: closed)
        announced = CallLimits(
            perSecond: try reader.limit(), perMinute: try reader.limit(), perDay: try reader.limit(),
            tenantPerMinute: try reader.limit(), tenantPerDay: try reader.limit())
        open = Int(try reader.get(UInt32.self))
        day = try reader.dayUse()
        tenantDay = try reader.dayUse()
        minute = try reader.runs()
        tenantMinute = try reader.runs()
    }

    /// Stands for a record that says nothing we understand: every second and minute counts as full now. Of the day it
    /// knows nothing; the peer's next answer does.
    package static func unreadable(limits: CallLimits, at wall: WallTime) -> BudgetUse {
        let none = DayUse(day: (wall + DayWindow.margin).day, used: 0, usedDayBefore: 0)
        let minutely = [limits.perMinute, limits.perSecond].compactMap { $0 }.max() ?? 0
        return BudgetUse(
            savedAt: wall, announced: CallLimits(), closedUntil: nil, open: 0, day: none, tenantDay: none,
            minute: [Run(age: .zero, count: minutely)],
            tenantMinute: [Run(age: .zero, count: limits.tenantPerMinute ?? 0)])
    }

    /// At most one run for each second, as young as the youngest in it: a slice is written often, and should be small.
    private static func thinned(_ runs: [Run]) -> [Run] {
        runs.reduce(into: []) { kept, run in
            if let last = kept.last, last.age.components.seconds == run.age.components.seconds {
                kept[kept.count - 1] = Run(age: min(last.age, run.age), count: last.count + run.count)
            } else {
                kept.append(run)
            }
        }
    }
}

extension CallLimits {
    fileprivate var inOrder: [Int?] { [perSecond, perMinute, perDay, tenantPerMinute, tenantPerDay] }
}

private struct Writer {
    var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

private struct Reader {
    let bytes: [UInt8]
    var offset = 0

    mutating func get<Value: FixedWidthInteger>(_: Value.Type = Value.self) throws(BudgetUse.ReadError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else { throw .tooShort }
        defer { offset += size }
        return bytes[offset..<offset + size].reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    mutating func limit() throws(BudgetUse.ReadError) -> Int? {
        let limit = try get(UInt32.self)
        return limit == 0 ? nil : Int(limit)
    }

    mutating func dayUse() throws(BudgetUse.ReadError) -> DayUse {
        DayUse(day: try get(), used: Int(try get(UInt32.self)), usedDayBefore: Int(try get(UInt32.self)))
    }

    mutating func runs() throws(BudgetUse.ReadError) -> [BudgetUse.Run] {
        var runs: [BudgetUse.Run] = []
        for _ in 0..<(try get(UInt16.self)) {
            let age = try get(UInt32.self)
            runs.append(.init(age: .milliseconds(Int(age)), count: Int(try get(UInt32.self))))
        }
        return runs
    }
}
