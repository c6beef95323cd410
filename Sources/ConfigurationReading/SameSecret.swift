/// Compares without telling by its duration how much of a guess was right. Lengths are not secret.
package func isSameSecret(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    var difference = UInt8(a.count == b.count ? 0 : 1)
    for index in 0..<max(a.count, b.count) {
        let left = index < a.count ? a[index] : 0
        let right = index < b.count ? b[index] : 0
        difference |= left ^ right
    }
    return difference == 0
}

package func isSameSecret(_ a: String, _ b: String) -> Bool { isSameSecret(Array(a.utf8), Array(b.utf8)) }
