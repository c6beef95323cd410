#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The value of a Host field or of a URL's authority: a host, and perhaps a port (RFC 9110, 7.2).
enum HostField {
    /// Empty hosts are refused: no `http` address is without one (RFC 9110, 4.2.1). So are user names, zones and lists.
    static func isValid(_ value: some Collection<UInt8>) -> Bool {
        let bytes = Array(value)
        let hostEnd: Int
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), isIPv6(bytes[1..<close]) else { return false }
            hostEnd = close + 1
        } else {
            hostEnd = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
            guard hostEnd > 0, isName(bytes[..<hostEnd]) else { return false }
        }
        let rest = bytes[hostEnd...]
        return rest.isEmpty || (rest.first == UInt8(ascii: ":") && isPort(rest.dropFirst()))
    }

    /// A port may be left out behind its colon (RFC 3986, 3.2.3).
    private static func isPort(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.allSatisfy(ASCII.isDigit) else { return false }
        return digits.isEmpty || UInt16(String(decoding: digits, as: UTF8.self)) != nil
    }

    /// RFC 3986, 3.2.2, `reg-name`, without the comma that would make it a list.
    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        var rest = name
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst(), let low = rest.popFirst(), ASCII.hexValue(high) != nil,
                    ASCII.hexValue(low) != nil
                else { return false }
            case UInt8(ascii: "#"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"): return false
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: "="): continue
            default: guard ASCII.isTokenByte(byte) else { return false }
            }
        }
        return true
    }

    private static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        // The system takes a zone (`%eth0`) where it has one; no host in an address carries it.
        guard text.allSatisfy({ ASCII.hexValue($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
        else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, String(decoding: text, as: UTF8.self), &address) == 1
    }
}
