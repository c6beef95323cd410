@testable import EmbeddedHTTP

/// What a parser says about some bytes, as words that compare easily. Stops at the first refusal.
enum ParserScript {
    static func run(_ bytes: [UInt8], piece: Int = .max, limits: HTTPLimits = HTTPLimits()) -> [String] {
        run(
            pieces: stride(from: 0, to: bytes.count, by: min(piece, bytes.count + 1)).map {
                bytes[$0..<min(bytes.count, $0 + min(piece, bytes.count))]
            }, limits: limits)
    }

    static func run(pieces: [ArraySlice<UInt8>], limits: HTTPLimits = HTTPLimits()) -> [String] {
        var parser = RequestParser(limits: limits)
        var words: [String] = []
        for piece in pieces {
            parser.push(piece)
            events: while true {
                switch parser.next() {
                case .needMore: break events
                case .head(_, let expectsContinue): words.append(expectsContinue ? "head, expects continue" : "head")
                case .request(let request, let persistence): words.append(describe(request, persistence))
                case .reject(let rejection):
                    words.append("\(rejection.status) \(rejection.sentence)")
                    return words
                }
            }
        }
        return words
    }

    static func describe(_ request: HTTPRequest, _ persistence: Persistence) -> String {
        let query = request.query.map { "\($0.name)=\($0.value)" }
        let headers = request.headers.fields.map { "\($0.name): \($0.value)" }
        return "\(request.method) \(request.path) \(query) \(headers) \(request.body) \(persistence)"
    }

    /// The one request that the bytes are.
    static func request(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HTTPRequest? {
        var parser = RequestParser(limits: limits)
        parser.push(Array(text.utf8))
        while true {
            switch parser.next() {
            case .head: continue
            case .request(let request, _): return request
            case .needMore, .reject: return nil
            }
        }
    }

    /// The status that the bytes are refused with.
    static func refusal(_ text: String, limits: HTTPLimits = HTTPLimits()) -> Int? {
        refusal(Array(text.utf8), limits: limits)
    }

    static func refusal(_ bytes: [UInt8], limits: HTTPLimits = HTTPLimits()) -> Int? {
        run(bytes, limits: limits).last.flatMap { Int($0.prefix(3)) }
    }
}
