import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Posts messages over kept-alive loopback connections, one thread a connection, and counts what was answered.
struct LoadClient {
    var port: Int
    var path: String
    var connections: Int

    struct Result {
        var accepted = 0
        var refused = 0
        var seconds = 0.0
        var latencies: [Double] = []

        var perSecond: Double { Double(accepted) / seconds }

        func latency(_ quantile: Double) -> Double {
            let sorted = latencies.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * quantile))]
        }
    }

    /// Sends `count` messages in all; `body` makes each from its number.
    func post(_ count: Int, body: @escaping @Sendable (Int) -> String) -> Result {
        let next = Numbers()
        let total = Mutex(Result())
        let start = ContinuousClock.now
        let ended = DispatchSemaphore(value: 0)
        for _ in 0..<connections {
            // A thread each: they block, and Dispatch would run only as many as there are processors.
            Thread.detachNewThread {
                let own = self.connection(takingFrom: next, upTo: count, body)
                total.withLock { total in
                    total.accepted += own.accepted
                    total.refused += own.refused
                    total.latencies += own.latencies
                }
                ended.signal()
            }
        }
        for _ in 0..<connections { ended.wait() }
        var result = total.withLock { $0 }
        result.seconds = (ContinuousClock.now - start).seconds
        return result
    }

    private func connection(
        takingFrom next: Numbers, upTo count: Int, _ body: (Int) -> String
    ) -> Result {
        var result = Result()
        let socket = open()
        defer { close(socket) }
        while true {
            let number = next.take()
            guard number < count else { return result }
            let start = ContinuousClock.now
            let text = body(number)
            let head =
                "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: \(text.utf8.count)\r\n\r\n"
            send(Array((head + text).utf8), on: socket)
            if readStatus(from: socket) == 202 { result.accepted += 1 } else { result.refused += 1 }
            result.latencies.append((ContinuousClock.now - start).seconds)
        }
    }

    private func open() -> Int32 {
        #if canImport(Glibc)
            let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let handle = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(connected == 0, "the server under test does not answer on port \(port)")
        var one: Int32 = 1
        setsockopt(handle, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        return handle
    }

    private func send(_ bytes: [UInt8], on socket: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
            precondition(count > 0, "the server under test closed the connection")
            sent += count
        }
    }

    /// Reads one whole answer: answers are small, so the head and the body come in one or two reads.
    private func readStatus(from socket: Int32) -> Int {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(socket, &buffer, buffer.count)
            precondition(count > 0, "the server under test closed the connection")
            answer += buffer[..<count]
            let text = String(decoding: answer, as: UTF8.self)
            guard let end = text.range(of: "\r\n\r\n") else { continue }
            let lengthLine = text.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            let length = lengthLine.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            guard text[end.upperBound...].utf8.count >= length else { continue }
            return Int(text.split(separator: " ")[1]) ?? 0
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

/// The numbers from zero, each given out once.
private final class Numbers: Sendable {
    private let next = Atomic<Int>(0)
    func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}
