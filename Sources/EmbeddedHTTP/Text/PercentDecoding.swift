/// Undoes percent-encoding.
enum PercentDecoding {
    struct Malformed: Error {
        /// Where the offending `%` stands, counted from the start of what was given.
        let offset: Int
    }

    /// The decoded text, if it is ASCII, which means the same in every charset. Nil: `decode` says what it is.
    static func asciiText(_ encoded: ArraySlice<UInt8>, plusIsBlank: Bool) -> String? {
        var isASCII = true
        let text = encoded.withUnsafeBufferPointer { bytes in
            String(unsafeUninitializedCapacity: bytes.count) { text in
                var (index, count) = (0, 0)
                while index < bytes.count {
                    var byte = bytes[index]
                    index += 1
                    if byte == UInt8(ascii: "%") {
                        guard index + 1 < bytes.count, let high = ASCII.hexValue(bytes[index]),
                            let low = ASCII.hexValue(bytes[index + 1])
                        else {
                            isASCII = false
                            return 0
                        }
                        byte = high << 4 | low
                        index += 2
                    } else if plusIsBlank, byte == UInt8(ascii: "+") {
                        byte = ASCII.blank
                    }
                    guard byte < 0x80 else {
                        isASCII = false
                        return 0
                    }
                    text[count] = byte
                    count += 1
                }
                return count
            }
        }
        return isASCII ? text : nil
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
