extension FormBody {
    /// A form as browsers write it: everything but letters, digits and `*-._` is percent-encoded, a blank is a plus.
    public static func encoded(_ fields: [(name: String, value: String)]) -> [UInt8] {
        var form: [UInt8] = []
        for (name, value) in fields {
            if !form.isEmpty { form.append(UInt8(ascii: "&")) }
            append(name, to: &form)
            form.append(UInt8(ascii: "="))
            append(value, to: &form)
        }
        return form
    }

    private static func append(_ text: String, to form: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: " "): form.append(UInt8(ascii: "+"))
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                form.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                form += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
