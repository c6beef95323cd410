import LockstepHTTP

/// Takes a body apart into named values, by its content type.
enum MessageBody {
    enum Decoded: Equatable {
        case message(Message)
        /// A list of so many records.
        case several(Int)
    }

    /// Objects around a record that say no more than "here it is".
    private static let wrappers: Set = ["person", "data", "record"]
    private static let deepestWrapping = 3

    static func decode(contentType: String?, body: [UInt8]) throws(ZenPlannerReadError) -> Decoded {
        guard let start = body.first(where: { !isJSONBlank($0) }) else { throw .undecodable("The body is empty.") }
        let looksLikeObject = start == UInt8(ascii: "{")
        switch try MediaType(contentType) {
        case .json:
            return try json(body)
        case .form, nil:
            // Many tools send JSON with a form's content type, or none. A real form cannot begin with a brace: it
            // would be percent-encoded.
            return looksLikeObject ? try json(body) : .message(Message(try form(body)))
        case .multipart(let boundary):
            return .message(Message(try multipart(body, boundary: boundary)))
        }
    }

    private static func form(_ body: [UInt8]) throws(ZenPlannerReadError) -> [(name: String, content: MessageValue)] {
        do {
            return try FormBody(decoding: body).fields.map { ($0.name, .text($0.value)) }
        } catch {
            throw .undecodable("The form cannot be read: \(error).")
        }
    }

    private static func multipart(
        _ body: [UInt8], boundary: String
    ) throws(ZenPlannerReadError) -> [(name: String, content: MessageValue)] {
        do {
            return try MultipartBody(decoding: body, boundary: boundary).parts.map { ($0.name, .text($0.text)) }
        } catch {
            throw .undecodable("The form cannot be read: \(error).")
        }
    }

    private static func json(_ body: [UInt8]) throws(ZenPlannerReadError) -> Decoded {
        let record: MessageValue?
        switch MessageJSON.value(body) {
        case nil: throw .undecodable("The body is not valid JSON.")
        case .list(let records) where records.count > 1: return .several(records.count)
        case .list(let records): record = records.first
        case let other: record = other
        }
        guard case .object(let members) = record else {
            throw .undecodable("The body must be a JSON object with the fields of a record.")
        }
        return .message(message(members))
    }

    private static func message(_ members: [MessageMember]) -> Message {
        var message = Message(members.map { ($0.name, $0.content) })
        for _ in 0..<deepestWrapping { message = message.unwrapping(wrappers) }
        return message
    }

    private static func isJSONBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

/// The kinds of body that can be read.
private enum MediaType {
    case form, json
    case multipart(boundary: String)

    /// Nil if the sender did not say.
    init?(_ contentType: String?) throws(ZenPlannerReadError) {
        guard let contentType else { return nil }
        guard let type = ContentType(contentType) else {
            throw .unsupportedMediaType("The content type \(quoted(contentType)) cannot be read.")
        }
        switch type.mediaType {
        case "application/x-www-form-urlencoded":
            self = .form
        case "multipart/form-data":
            guard let boundary = type[parameter: "boundary"] else {
                throw .undecodable("The content type multipart/form-data comes without its boundary.")
            }
            self = .multipart(boundary: boundary)
        case "application/json", "text/json":
            self = .json
        case let other where other.hasPrefix("application/") && other.hasSuffix("+json"):
            self = .json
        default:
            throw .unsupportedMediaType(
                """
                The content type \(quoted(type.mediaType)) is not supported: send application/x-www-form-urlencoded, \
                multipart/form-data or application/json.
                """)
        }
    }
}
