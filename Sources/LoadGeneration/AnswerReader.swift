/// How a server's answers are told apart.
package enum AnswerFormat: Sendable {
    case http
    /// Lines that end in CR LF, one an answer.
    case lines
    /// Redis: a line, and what a line that begins with `$` announces.
    case resp
    /// beanstalkd: a line, and what `RESERVED id bytes` announces.
    case beanstalk
}

/// Reads the answers of a connection that has one request under way at a time.
struct AnswerReader {
    /// What came cannot be an answer to one request.
    struct Malformed: Error {}

    private static let most = 1 << 20
    private let format: AnswerFormat
    private var bytes: [UInt8] = []

    init(_ format: AnswerFormat = .http) { self.format = format }

    /// Nil until the answer is whole.
    mutating func read(_ more: some Collection<UInt8>) throws(Malformed) -> LoadAnswer? {
        bytes += more
        guard format == .http else { return try readLine() }
        while let end = headEnd {
            let head = try Head(bytes[..<end])
            if (100..<200).contains(head.status) {
                bytes.removeFirst(end)
                continue
            }
            guard bytes.count >= end + head.length else { break }
            guard bytes.count == end + head.length else { throw Malformed() }
            defer { bytes.removeAll(keepingCapacity: true) }
            return LoadAnswer(status: head.status, body: Array(bytes[end...]), closes: head.closes)
        }
        guard bytes.count <= Self.most else { throw Malformed() }
        return nil
    }

    /// An answer of a protocol of lines. Its status is 200, that of one that says so is 500.
    private mutating func readLine() throws(Malformed) -> LoadAnswer? {
        guard let end = bytes.firstIndex(of: 10) else {
            guard bytes.count <= Self.most else { throw Malformed() }
            return nil
        }
        let line = bytes[..<end].last == 13 ? bytes[..<end].dropLast() : bytes[..<end]
        let announced: Int? =
            switch format {
            case .resp where line.first == UInt8(ascii: "$"): number(line.dropFirst())
            case .beanstalk where line.starts(with: "RESERVED ".utf8): line.split(separator: 32).last.flatMap(number)
            default: nil
            }
        guard announced ?? 0 <= Self.most else { throw Malformed() }
        let length = end + 1 + (announced.map { $0 + 2 } ?? 0)
        guard bytes.count >= length else { return nil }
        guard bytes.count == length else { throw Malformed() }
        defer { bytes.removeAll(keepingCapacity: true) }
        return LoadAnswer(status: bytes.first == UInt8(ascii: "-") ? 500 : 200, body: bytes, closes: false)
    }

    mutating func reset() { bytes.removeAll(keepingCapacity: true) }

    /// Behind the empty line.
    private var headEnd: Int? {
        guard bytes.count >= 4 else { return nil }
        for end in 4...bytes.count
        where bytes[end - 1] == 10 && bytes[end - 2] == 13 && bytes[end - 3] == 10 && bytes[end - 4] == 13 {
            return end
        }
        return nil
    }

    private struct Head {
        var status = 0
        var length = 0
        var closes = false

        init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
            let lines = bytes.split(separator: 10)
            guard let first = lines.first, first.starts(with: "HTTP/1.".utf8),
                let status = first.split(separator: 32).dropFirst().first.flatMap(number), status >= 100
            else { throw Malformed() }
            self.status = status
            var told: Int?
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: 58) else { continue }
                let value = line[(colon + 1)...].drop { $0 == 32 }.prefix { $0 != 13 && $0 != 32 }
                switch line.count - (line.endIndex - colon) {
                case 14 where Self.isName(line[..<colon], "content-length"):
                    guard let length = number(value), length <= AnswerReader.most else { throw Malformed() }
                    told = length
                case 10 where Self.isName(line[..<colon], "connection"): closes = Self.isName(value, "close")
                case 17 where Self.isName(line[..<colon], "transfer-encoding"): throw Malformed()
                default: continue
                }
            }
            if status >= 200, status != 204, status != 304, told == nil { throw Malformed() }
            length = status == 304 ? 0 : told ?? 0
        }

        private static func isName(_ bytes: ArraySlice<UInt8>, _ name: String) -> Bool {
            bytes.elementsEqual(name.utf8) { $0 == $1 || $0 | 0x20 == $1 }
        }
    }
}

/// What a server said to one request.
package struct LoadAnswer: Equatable, Sendable {
    package var status: Int
    package var body: [UInt8]
    /// Whether the connection is over with it.
    var closes: Bool
}

private func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard !digits.isEmpty, digits.count <= 9, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
}
