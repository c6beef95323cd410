import OutboundAPI

/// Who seems to have written an answer. Between us and Keap stand an API gateway, load balancers and firewalls, and in an
/// outage they answer in Keap's place: what they say is no word of Keap's about what was asked.
enum AnswerShape: Equatable {
    /// Nothing, or a JSON null.
    case empty
    case keap(JSONValue)
    /// A page, plain text, or the `fault` of the gateway in front.
    case foreign

    init(_ body: [UInt8]) {
        guard body.contains(where: { $0 > UInt8(ascii: " ") }) else {
            self = .empty
            return
        }
        switch JSONValue(json: body) {
        case .null?: self = .empty
        case .object(let members)? where members["fault"] == nil: self = .keap(.object(members))
        case .array(let items)?: self = .keap(.array(items))
        default: self = .foreign
        }
    }
}

extension APIResponse {
    var shape: AnswerShape { AnswerShape(body) }

    /// Of a success from which nothing is needed: that it is Keap's. A load balancer's page of regrets may be a 200 too.
    func confirm() throws(KeapFailure) {
        guard shape == .foreign else { return }
        throw .unclear(reason: "Something else than Keap seems to have answered (\(status), \(body.count) bytes).")
    }
}
