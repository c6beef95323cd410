import EmbeddedHTTP
import Foundation
import WireFormats

/// The values of a stored message by the names that it has for them, whatever they mean.
enum MessageValues {
    static let most = 200
    static let longest = 2_000

    static func read(_ body: [UInt8]) -> [PersonTimeline.NamedValue] {
        var values: [PersonTimeline.NamedValue] = []
        if let node = try? JSONReader.read(body) {
            add(node, "", 0, &values)
        } else if let form = try? FormBody(decoding: body) {
            for (name, value) in form.fields.prefix(most) { add(value, name, &values) }
        }
        return values
    }

    private static func add(_ node: JSONNode, _ name: String, _ depth: Int, _ values: inout [PersonTimeline.NamedValue])
    {
        guard values.count < most, depth < 16 else { return }
        switch node {
        case .null: break
        case .bool(let value): add("\(value)", name, &values)
        case .number(let text), .string(let text), .brokenString(let text): add(text, name, &values)
        case .array(let items):
            for (index, item) in items.enumerated() { add(item, "\(name)[\(index)]", depth + 1, &values) }
        case .object(let members):
            for member in members {
                add(member.value, name.isEmpty ? member.name : "\(name).\(member.name)", depth + 1, &values)
            }
        }
    }

    private static func add(_ value: String, _ name: String, _ values: inout [PersonTimeline.NamedValue]) {
        guard !value.isEmpty, values.count < most else { return }
        values.append(.init(name: String(name.prefix(200)), value: String(value.prefix(longest))))
    }
}

/// The sentence in the answer of an API that refused.
enum AnswerWords {
    static func read(_ body: [UInt8]) -> String? {
        guard case .object(let members)? = try? JSONReader.read(body) else { return nil }
        func text(_ name: String, in members: [JSONNode.Member]) -> String? {
            guard case .string(let text)? = members.first(where: { $0.name == name })?.value, !text.isEmpty else {
                return nil
            }
            return text
        }
        for name in ["message", "localizedMessage", "error_description", "error", "errors"] {
            if let words = text(name, in: members) { return String(words.prefix(500)) }
        }
        guard case .object(let fault)? = members.first(where: { $0.name == "fault" })?.value else { return nil }
        return text("faultstring", in: fault).map { String($0.prefix(500)) }
    }
}
