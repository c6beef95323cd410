package import Clocks

// Layout, version 2, little endian. A record that is longer than this was written by a later version that only added
// to it; the rest is ignored.
//
//   0   u8       version
//   1   i64      savedAt, ms since 1970
//   9   i64      closedUntil, ms since 1970; 0: not closed
//  17   3 × u32  announced limits: second, minute, day; 0: none
//  29   u32      open calls
//  33   use      day: i64 day number, u32 used, u32 used on the day before
//  49   list     minute: u16 count, then for each run u32 age in ms, u32 calls
//       tenant   those not named: i64 closedUntil, 2 × u32 announced limits (minute, day), use day, list minute
//       u16      named tenants, then for each: u16 length and UTF-8 of the name, tenant
//
// Version 1 knew one tenant, which had no name: 5 announced limits, with the tenant's minute and day; two uses; two lists.

extension BudgetUse {
    package enum ReadError: Error, Equatable {
        case unknownVersion(UInt8)
        case tooShort
    }

    private static let version: UInt8 = 2

    package var bytes: [UInt8] {
        var writer = Writer()
        writer.put(Self.version)
        writer.put(savedAt.milliseconds)
        writer.put(closedUntil?.milliseconds ?? 0)
        writer.put([announced.perSecond, announced.perMinute, announced.perDay])
        writer.put(UInt32(clamping: open))
        writer.put(day)
        writer.put(minute)
        writer.put(otherTenants)
        // In one order, so that the same use is the same bytes.
        let tenants = tenants.sorted { $0.key < $1.key }
        writer.put(UInt16(clamping: tenants.count))
        for (name, tenant) in tenants.prefix(Int(UInt16.max)) {
            writer.put(name)
            writer.put(tenant)
        }
        return writer.bytes
    }

    package init(bytes: [UInt8]) throws(ReadError) {
        var reader = Reader(bytes: bytes)
        let version = try reader.get(UInt8.self)
        guard (1...Self.version).contains(version) else { throw .unknownVersion(version) }
        savedAt = WallTime(milliseconds: try reader.get())
        closedUntil = try reader.time()
        announced = CallLimits(
            perSecond: try reader.limit(), perMinute: try reader.limit(), perDay: try reader.limit())
        tenants = [:]
        if version == 1 {
            let limits = CallLimits(tenantPerMinute: try reader.limit(), tenantPerDay: try reader.limit())
            open = Int(try reader.get(UInt32.self))
            day = try reader.dayUse()
            let tenantDay = try reader.dayUse()
            minute = try reader.runs()
            otherTenants = Tenant(announced: limits, closedUntil: nil, day: tenantDay, minute: try reader.runs())
            return
        }
        open = Int(try reader.get(UInt32.self))
        day = try reader.dayUse()
        minute = try reader.runs()
        otherTenants = try reader.tenant()
        for _ in 0..<(try reader.get(UInt16.self)) {
            let name = try reader.text()
            tenants[name] = try reader.tenant()
        }
    }

    /// Stands for a record that says nothing we understand: every second and minute counts as full now. Of the day it
    /// knows nothing; the peer's next answer does.
    package static func unreadable(limits: CallLimits, at wall: WallTime) -> BudgetUse {
        let minutely = [limits.perMinute, limits.perSecond].compactMap { $0 }.max() ?? 0
        let anyTenant = Tenant(
            announced: CallLimits(), closedUntil: nil, day: .none(at: wall),
            minute: [Run(age: .zero, count: limits.tenantPerMinute ?? 0)])
        return BudgetUse(
            savedAt: wall, announced: CallLimits(), closedUntil: nil, open: 0, day: .none(at: wall),
            minute: [Run(age: .zero, count: minutely)], tenants: [:], otherTenants: anyTenant)
    }

    /// At most one run for each second, as young as the youngest in it: a slice is written often, and should be small.
    fileprivate static func thinned(_ runs: [Run]) -> [Run] {
        runs.reduce(into: []) { kept, run in
            if let last = kept.last, last.age.components.seconds == run.age.components.seconds {
                kept[kept.count - 1] = Run(age: min(last.age, run.age), count: last.count + run.count)
            } else {
                kept.append(run)
            }
        }
    }
}

private struct Writer {
    var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ limits: [Int?]) { for limit in limits { put(UInt32(clamping: limit ?? 0)) } }

    mutating func put(_ use: DayUse) {
        put(use.day)
        put(UInt32(clamping: use.used))
        put(UInt32(clamping: use.usedDayBefore))
    }

    mutating func put(_ runs: [BudgetUse.Run]) {
        let runs = BudgetUse.thinned(runs)
        put(UInt16(clamping: runs.count))
        for run in runs {
            put(UInt32(clamping: run.age.wholeMilliseconds))
            put(UInt32(clamping: run.count))
        }
    }

    mutating func put(_ tenant: BudgetUse.Tenant) {
        put(tenant.closedUntil?.milliseconds ?? 0)
        put([tenant.announced.tenantPerMinute, tenant.announced.tenantPerDay])
        put(tenant.day)
        put(tenant.minute)
    }

    mutating func put(_ text: String) {
        let utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
        put(UInt16(utf8.count))
        bytes += utf8
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

    mutating func time() throws(BudgetUse.ReadError) -> WallTime? {
        let milliseconds = try get(Int64.self)
        return milliseconds == 0 ? nil : WallTime(milliseconds: milliseconds)
    }

    mutating func tenant() throws(BudgetUse.ReadError) -> BudgetUse.Tenant {
        let closed = try time()
        let limits = CallLimits(tenantPerMinute: try limit(), tenantPerDay: try limit())
        return BudgetUse.Tenant(announced: limits, closedUntil: closed, day: try dayUse(), minute: try runs())
    }

    mutating func text() throws(BudgetUse.ReadError) -> String {
        let length = Int(try get(UInt16.self))
        guard bytes.count - offset >= length else { throw .tooShort }
        defer { offset += length }
        return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
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
