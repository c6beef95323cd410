import EmbeddedHTTP

/// Answers of the console, with the headers that each kind needs.
enum ConsoleAnswer {
    /// Nothing but our own files is loaded, nothing runs that is not one of them, and no other page shows ours.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        + "trusted-types lockstep"

    private static var guarded: HTTPHeaders {
        [
            "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
        ]
    }

    private static var unkept: HTTPHeaders {
        var headers = guarded
        headers["Cache-Control"] = "private, no-store"
        return headers
    }

    static func page(_ status: Int, _ document: [UInt8]) -> HTTPResponse {
        var headers = unkept
        headers["Content-Type"] = "text/html; charset=utf-8"
        return HTTPResponse(status: status, headers: headers, body: document)
    }

    /// Asks for another page with GET.
    static func seeOther(_ path: String, cookie: String? = nil) -> HTTPResponse {
        var headers = unkept
        headers["Location"] = path
        if let cookie { headers["Set-Cookie"] = cookie }
        return HTTPResponse(status: 303, headers: headers)
    }

    static func asset(_ asset: ConsoleAssets.Asset) -> HTTPResponse {
        var headers = guarded
        headers["Content-Type"] = asset.type
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return HTTPResponse(status: 200, headers: headers, body: asset.bytes)
    }

    static func stream(_ next: @escaping @Sendable () async -> [UInt8]?) -> HTTPAnswer {
        var headers = unkept
        headers["Cache-Control"] = "no-store"
        headers["Content-Type"] = "text/event-stream"
        // Nginx would keep what comes back until it has a full buffer.
        headers["X-Accel-Buffering"] = "no"
        return .stream(HTTPStream(headers: headers, next: next))
    }
}
