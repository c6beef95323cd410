/// Undoes percent-encoding.
enum PercentDecoding {
    struct Malformed: Error {
        /// Where the offending `%` stands, counted from the start of what was given.
        let offset: Int
    }

    /// - Parameter plusIsBlank: in forms and queries `+` stands for a blank, in paths for itself.
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool) throws(Malformed) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = ASCII.hexValue(bytes[index + 1]),
                    let low = ASCII.hexValue(bytes[index + 2])
                else { throw Malformed(offset: index - bytes.startIndex) }
                decoded.append(high << 4 | low)
                index += 3
            case UInt8(ascii: "+") where plusIsBlank:
                decoded.append(ASCII.blank)
                index += 1
            default:
                decoded.append(byte)
                index += 1
            }
        }
        return decoded
    }
}
