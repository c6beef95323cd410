import EmbeddedHTTP
import Foundation
import Synchronization
import Testing

@testable import LoadGeneration

/// The load on real sockets.
struct LoadGeneratorTests {
    private static func request(_ number: Int) -> [UInt8] {
        Array("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n\(100 + number % 900)".utf8)
    }

    private static func load(to address: LoadAddress, connections: Int) -> LoadGenerator {
        LoadGenerator(to: address, connections: connections, patience: .seconds(3_600))
    }

    private func serve(
        _ answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse,
        _ body: (LoadAddress) async throws -> Void
    ) async throws {
        // On a busy machine a test may get its turn minutes later.
        var limits = HTTPLimits()
        (limits.headerTime, limits.bodyTime) = (.seconds(3_600), .seconds(3_600))
        (limits.idleTime, limits.sendTime) = (.seconds(3_600), .seconds(3_600))
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), limits: limits) {
            .response(answer($0))
        }
        try await body(try LoadAddress(host: "127.0.0.1", port: UInt16(try server.start())))
        await server.stop(grace: .zero)
    }

    @Test func `each message is sent once and its answer told, over all connections`() async throws {
        try await serve({ HTTPResponse(status: 202, body: $0.body) }) { address in
            let told = Mutex<[Int: String]>([:])
            _ = try await Self.load(to: address, connections: 8)
                .runOnThread(.whenFree(count: 500), request: Self.request) { ended in
                    guard case .answer(let answer) = ended.outcome, answer.status == 202 else { return }
                    told.withLock { $0[ended.sending.number] = String(decoding: answer.body, as: UTF8.self) }
                }
            let expected = Dictionary(uniqueKeysWithValues: (0..<500).map { ($0, "\(100 + $0 % 900)") })
            #expect(told.withLock { $0 } == expected)
        }
    }

    @Test func `a connection that the server closes is opened again for the next message`() async throws {
        try await serve({ _ in HTTPResponse(status: 200, headers: ["Connection": "close"]) }) { address in
            let answered = Atomic(0)
            _ = try await Self.load(to: address, connections: 2)
                .runOnThread(.whenFree(count: 20), request: Self.request) { ended in
                    if case .answer = ended.outcome { answered.add(1, ordering: .relaxed) }
                }
            #expect(answered.load(ordering: .relaxed) == 20)
        }
    }

    @Test func `a message may take several requests, all on one connection, and ends with the last`() async throws {
        try await serve({ HTTPResponse(status: 200 + $0.body.count) }) { address in
            let statuses = Mutex<[Int]>([])
            _ = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<UInt64, any Error>) in
                Thread.detachNewThread {
                    continuation.resume(
                        with: Result {
                            try Self.load(to: address, connections: 3).run(
                                .whenFree(count: 30), request: Self.request,
                                next: { _, step, answer in
                                    guard step < 3, answer.status == 202 + step else { return nil }
                                    let body = String(repeating: "x", count: 3 + step)
                                    let head =
                                        "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(3 + step)\r\n\r\n"
                                    return Array((head + body).utf8)
                                },
                                ended: { ended in
                                    guard case .answer(let answer) = ended.outcome else { return }
                                    statuses.withLock { $0.append(answer.status) }
                                })
                        })
                }
            }
            #expect(statuses.withLock { $0 } == Array(repeating: 205, count: 30))
        }
    }

    @Test func `a load that is stopped ends`() async throws {
        try await serve({ _ in HTTPResponse(status: 202) }) { address in
            let count = Atomic(0)
            _ = try await Self.load(to: address, connections: 1).runOnThread(
                .whenFree(count: .max), request: Self.request,
                isStopped: { count.load(ordering: .relaxed) >= 10 }, ended: { _ in count.add(1, ordering: .relaxed) })
            #expect(count.load(ordering: .relaxed) == 10)
        }
    }

    @Test func `no server, no host: a sentence`() async throws {
        #expect(throws: LoadFailure.self) { try LoadAddress(host: "no host has this name", port: 1) }
        // Only the superuser's programs could listen there, and none does.
        let address = try LoadAddress(host: "127.0.0.1", port: 1)
        await #expect(throws: LoadFailure.self) {
            try await Self.load(to: address, connections: 1)
                .runOnThread(.whenFree(count: 1), request: Self.request, ended: { _ in })
        }
    }
}
