import Foundation

/// Reads JSON as values of a message.
enum MessageJSON {
    /// Nil if it is not valid JSON. Nesting is bounded by Foundation (512 levels).
    static func value(_ bytes: [UInt8]) -> MessageValue? {
        // The error would only say "not in the correct format"; there is nothing to pass on.
        guard let json = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed) else {
            return nil
        }
        return value(json)
    }

    private static func value(_ json: Any) -> MessageValue {
        switch json {
        case let text as String: .text(text)
        case let list as [Any]: .list(list.map(value))
        case let object as [String: Any]:
            // Foundation keeps no order; this one at least is always the same.
            .object(object.sorted { $0.key < $1.key }.map { MessageMember(name: $0.key, content: value($0.value)) })
        case let number as NSNumber: .text(text(of: number))
        default: .text("")
        }
    }

    private static func text(of number: NSNumber) -> String {
        switch UInt8(bitPattern: number.objCType.pointee) {
        // Foundation's mark of true and false, which are numbers to it.
        case UInt8(ascii: "c"):
            return number.boolValue ? "true" : "false"
        // An id that went through JavaScript or a spreadsheet may come as 1205.0.
        case UInt8(ascii: "d"):
            return Int64(exactly: number.doubleValue).map(String.init) ?? number.stringValue
        default:
            return number.stringValue
        }
    }
}
