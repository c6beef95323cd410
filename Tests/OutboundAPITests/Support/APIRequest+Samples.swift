import OutboundAPI

/// Requests of each method.
extension APIRequest {
    static let userInfo = APIRequest(APIEndpoint("userInfo"), .get, ["v2", "oauth", "connect", "userinfo"])
    static let createTag = APIRequest(
        APIEndpoint("createTag"), .post, ["v2", "tags"], body: Array(#"{"name":"a"}"#.utf8))
    static let deleteTag = APIRequest(APIEndpoint("deleteTag"), .delete, ["v2", "tags", "1"])
    static let updateContact = APIRequest(
        APIEndpoint("updateContact"), .patch, ["v2", "contacts", "1"], body: Array(#"{"given_name":"Zoë"}"#.utf8))
    static let samples = [userInfo, createTag, deleteTag, updateContact]

    var line: String { "\(method.rawValue) \(target)" }
    var text: String { String(decoding: body ?? [], as: UTF8.self) }

    /// The same at an address of its own, by which a server can tell it from others.
    func numbered(_ number: Int) -> APIRequest {
        var request = self
        request.target += "?number=\(number)"
        return request
    }
}

/// What became of a request: the answer's status, or why there is none.
func outcome(
    of request: APIRequest, through transport: CurlTransport, deadline: Duration = .seconds(3_600)
) async -> Result<Int, TransportFailure> {
    do throws(TransportFailure) {
        return .success(try await transport.send(request, deadline: deadline).status)
    } catch {
        return .failure(error)
    }
}

extension Result<Int, TransportFailure> {
    var isNotSent: Bool { if case .failure(.notSent) = self { true } else { false } }
    var isUnclear: Bool { if case .failure(.unclear) = self { true } else { false } }
}
