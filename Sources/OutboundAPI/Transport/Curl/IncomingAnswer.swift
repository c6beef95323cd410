/// An answer as it comes in, piece by piece, within bounds.
struct IncomingAnswer: Sendable {
    /// Of all header lines together.
    static let mostHeaderBytes = 256 << 10

    private let mostBodyBytes: Int
    private var headerBytes = 0
    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []
    private(set) var isTooLong = false

    init(mostBodyBytes: Int) { self.mostBodyBytes = mostBodyBytes }

    /// - Returns: whether to read on.
    mutating func addBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= mostBodyBytes - body.count else {
            isTooLong = true
            return false
        }
        body += bytes
        return true
    }

    /// Takes one line of the head. A status line begins another head, as after `100 Continue` or a proxy's answer.
    ///
    /// - Returns: whether to read on.
    mutating func addHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= Self.mostHeaderBytes - headerBytes else {
            isTooLong = true
            return false
        }
        headerBytes += bytes.count
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = [:]
        } else if let colon = line.firstIndex(of: ":") {
            let name = line[..<colon].trimmed.lowercased()
            let value = line[line.index(after: colon)...].trimmed
            headers[name] = headers[name].map { "\($0), \(value)" } ?? value
        }
        return true
    }
}
