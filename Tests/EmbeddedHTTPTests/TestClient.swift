import Dispatch
import EmbeddedHTTP

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension HTTPLimits {
    /// As usual, but no peer is let go for want of time: on a busy machine a test may get its turn minutes later.
    static var patient: HTTPLimits {
        var limits = HTTPLimits()
        (limits.headerTime, limits.bodyTime) = (.seconds(3_600), .seconds(3_600))
        (limits.idleTime, limits.sendTime, limits.lingerTime) = (.seconds(3_600), .seconds(3_600), .seconds(3_600))
        return limits
    }
}

/// A plain blocking client on loopback. Every call gives up after twenty minutes, so that a test ends that would hang.
final class TestClient: Sendable {
    struct Failure: Error {
        let what: String
        let code: Int32
    }

    struct Answer {
        let status: Int
        let head: String
        let body: String
    }

    private let descriptor: Int32

    static func connect(_ port: Int) async throws -> TestClient {
        try await onThread {
            #if canImport(Glibc)
                let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            #else
                let descriptor = socket(AF_INET, SOCK_STREAM, 0)
            #endif
            var patience = timeval(tv_sec: 1_200, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    systemConnect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard code == 0 else { throw Failure(what: "connect", code: errno) }
            return TestClient(descriptor: descriptor)
        }
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await Self.onThread { [descriptor] in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemSend(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { throw Failure(what: "write", code: errno) }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Says that no more comes; still reads.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// One answer, with as much body as its Content-Length says (or none, for HEAD).
    func answer(isForHead: Bool = false) async throws -> Answer {
        try await Self.onThread { [self] in
            var head: [UInt8] = []
            while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head.append(try byte()) }
            let text = String(decoding: head, as: UTF8.self)
            let lines = text.split(separator: "\r\n")
            let length = lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            var body: [UInt8] = []
            if !isForHead { for _ in 0..<length { body.append(try byte()) } }
            let status = Int(lines[0].split(separator: " ")[1]) ?? 0
            return Answer(status: status, head: text, body: String(decoding: body, as: UTF8.self))
        }
    }

    /// Everything until the peer closes; throws if it resets.
    func rest() async throws -> String {
        try await Self.onThread { [descriptor] in
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                guard count >= 0 else { throw Failure(what: "read", code: errno) }
                if count == 0 { return String(decoding: all, as: UTF8.self) }
                all += buffer[..<count]
            }
        }
    }

    private func byte() throws -> UInt8 {
        var byte: UInt8 = 0
        let count = read(descriptor, &byte, 1)
        guard count == 1 else { throw Failure(what: count == 0 ? "closed" : "read", code: count == 0 ? 0 : errno) }
        return byte
    }

    private static func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            // A queue of its own brings a thread of its own. The global queues share theirs with all of Swift's tasks,
            // of which a few blocked clients would leave none.
            DispatchQueue(label: "client").async { continuation.resume(with: Result(catching: body)) }
        }
    }
}

/// The system's `connect`, which the method of that name hides.
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
    connect(descriptor, address, length)
}

/// A server that has gone must not end the tests with a signal.
private func systemSend(_ socket: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Darwin)
        send(socket, bytes, count, 0)
    #else
        send(socket, bytes, count, Int32(MSG_NOSIGNAL))
    #endif
}
