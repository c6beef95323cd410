// The fuzzer compiles the decoder's own files beside this one: all of ZenPlanner would take it minutes.
#if canImport(ZenPlanner)
    @testable import ZenPlanner
#endif

/// Gives any bytes to the reader of separated values, and checks what must hold of all. Returns what does not. The fuzzer
/// calls it, and `FuzzedValuesTests`.
func decodeFuzzed(_ bytes: [UInt8]) -> String? {
    guard bytes.count <= 1 << 16 else { return nil }
    var values = SeparatedValues(bytes, separator: [0x2C, 0x3B, 0x09, 0x7C][bytes.count & 3])
    var (rows, size, line) = (0, 0, 0)
    while let row = values.next() {
        rows += 1
        size += row.fields.reduce(0) { $0 + $1.utf8.count }
        if row.line <= line { return "rows go back" }
        if row.fields == [""] { return "a row of nothing" }
        if row.fields.isEmpty != (row.problem != nil) { return "neither fields nor a problem" }
        line = row.line
    }
    // A byte that is not UTF-8 becomes a mark of three.
    if size > 3 * bytes.count || rows > bytes.count { return "more than was there" }
    return values.next() == nil ? nil : "more after the end"
}
