/// Takes the chunks of a body apart (RFC 9112, 7.1). Extensions and trailers are checked, bounded and dropped.
struct ChunkReader: Sendable {
    enum Progress: Equatable {
        case needMore
        case complete
    }

    private enum State {
        /// Exits: `data`, or `trailers` behind the chunk of size 0.
        case size
        /// Exits: `dataEnd` when nothing is left.
        case data(left: Int)
        /// The CRLF behind a chunk's bytes. Exits: `size`.
        case dataEnd
        /// Exits: complete, with the empty line.
        case trailers
    }

    private(set) var body: [UInt8] = []
    private let limits: HTTPLimits
    private var state = State.size
    /// Extensions of all chunks together: sending a byte in a kilobyte of extension must not be free.
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailerFields = 0

    /// Sixteen digits of size are more than any limit; behind them may come an extension.
    private static let maxSizeLine = 512

    init(limits: HTTPLimits) { self.limits = limits }

    mutating func read(from input: inout InputBuffer) throws(Rejection) -> Progress {
        while true {
            switch state {
            case .size:
                guard let line = try line(of: &input, limit: Self.maxSizeLine, tooLong: Self.badSize) else {
                    return .needMore
                }
                let size = try size(line)
                guard size <= limits.bodyBytes - body.count else { throw .bodyTooLarge(limits) }
                state = size == 0 ? .trailers : .data(left: size)
            case .data(let left):
                let part = input.take(upTo: left)
                body.append(contentsOf: part)
                guard part.count == left else {
                    state = .data(left: left - part.count)
                    return .needMore
                }
                state = .dataEnd
            case .dataEnd:
                let tooLong = Rejection.badRequest("a chunk is longer than its size says")
                guard try line(of: &input, limit: 0, tooLong: tooLong) != nil else { return .needMore }
                state = .size
            case .trailers:
                let tooLarge = Rejection.headerTooLarge(limits)
                guard let line = try line(of: &input, limit: limits.headerBytes - trailerBytes, tooLong: tooLarge)
                else { return .needMore }
                if line.isEmpty { return .complete }
                trailerBytes += line.count
                trailerFields += 1
                guard trailerFields <= limits.headerFields else { throw tooLarge }
                guard FieldLine(line) != nil else { throw .badRequest("a trailer line is not like Name: value") }
            }
        }
    }

    private static var badSize: Rejection { .badRequest("a chunk does not begin with its size in hexadecimal digits") }

    private mutating func size(_ line: ArraySlice<UInt8>) throws(Rejection) -> Int {
        let digits = line.prefix { ASCII.hexValue($0) != nil }
        let rest = line[digits.endIndex...]
        guard !digits.isEmpty, rest.isEmpty || rest.first == UInt8(ascii: ";") else { throw Self.badSize }
        extensionBytes += rest.count
        guard extensionBytes <= limits.headerBytes else { throw .badRequest("the chunks carry too many extensions") }
        guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { throw .bodyTooLarge(limits) }
        return size
    }

    private func line(
        of input: inout InputBuffer, limit: Int, tooLong: Rejection
    ) throws(Rejection) -> ArraySlice<UInt8>? {
        switch input.nextLine(limit: limit) {
        case .incomplete: return nil
        case .line(let line): return line
        case .tooLong: throw tooLong
        case .malformed: throw .badRequest("a line of the chunked body does not end in CRLF or holds a control byte")
        }
    }
}
