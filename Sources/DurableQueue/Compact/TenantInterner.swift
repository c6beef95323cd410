/// Small numbers for tenants, so that millions of rows need not hold their names. Tenants are few, and none is forgotten.
struct TenantInterner: Sendable {
    private(set) var names: [TenantID] = []
    private var numbers: [TenantID: UInt32] = [:]
    /// The tenant asked for last, which the next row mostly has too.
    private var last: (name: TenantID, number: UInt32)?

    subscript(number: UInt32) -> TenantID { names[Int(number)] }

    func known(_ name: TenantID) -> UInt32? { numbers[name] }

    mutating func number(of name: TenantID) -> UInt32 {
        if let last, last.name == name { return last.number }
        let number = numbers[name] ?? UInt32(names.count)
        if number == names.count {
            names.append(name)
            numbers[name] = number
        }
        last = (name, number)
        return number
    }
}
