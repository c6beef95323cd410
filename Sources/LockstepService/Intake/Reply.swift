import Foundation
package import EmbeddedHTTP

/// Answers in JSON, the one shape that both doors of the service speak.
package enum Reply {
    package static func json(_ status: Int, _ value: some Encodable, headers: HTTPHeaders = [:]) -> HTTPAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else {  // our own value types always encode; say so if one does not
            return error(500, "the answer cannot be written")
        }
        var response = HTTPResponse(status: status, headers: headers, body: Array(data))
        response.headers["Content-Type"] = "application/json"
        return .response(response)
    }

    package static func error(_ status: Int, _ sentence: String, headers: HTTPHeaders = [:]) -> HTTPAnswer {
        .response(.error(status, sentence, headers: headers))
    }

    package static func text(_ status: Int, _ text: String, type: String = "text/plain; charset=utf-8") -> HTTPAnswer {
        .response(HTTPResponse(status: status, headers: ["Content-Type": type], body: Array(text.utf8)))
    }

    package static func methodNotAllowed(_ allowed: String) -> HTTPAnswer {
        .response(.methodNotAllowed(allowed))
    }
}
