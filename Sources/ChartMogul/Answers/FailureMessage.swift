import OutboundAPI
import WireFormats

/// ChartMogul's words, whichever of its shapes a refusal has.
enum FailureMessage {
    static let longest = 500

    static func read(_ response: APIResponse) -> String {
        let json = JSON.read(response.body)
        let listed = errors(json?["errors"])
        let said =
            listed.isEmpty
            ? json?["message"]?.text ?? json?["error"]?.text ?? plain(response) : listed.joined(separator: "; ")
        return String((said ?? "ChartMogul answered \(response.status).").prefix(longest))
    }

    /// Of `{"field": "…"}`, also where a field has several.
    static func errors(_ json: JSONNode?) -> [String] {
        switch json {
        case .object(let members)?:
            members.flatMap { member in
                errors(member.value).map { "\(member.name): \($0)" }
            }
        case .array(let items)?: items.flatMap { errors($0) }
        case let node?: node.text.map { [$0] } ?? []
        case nil: []
        }
    }

    private static func plain(_ response: APIResponse) -> String? {
        guard let text = String(validating: response.body, as: UTF8.self), !text.contains("<"), !text.isEmpty else {
            return nil
        }
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

enum JSON {
    /// Nil for what is no JSON: a page of a load balancer's.
    static func read(_ bytes: [UInt8]) -> JSONNode? { try? JSONReader.read(bytes) }
}
