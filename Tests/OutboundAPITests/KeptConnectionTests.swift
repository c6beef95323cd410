import Foundation
import Synchronization
import Testing

@testable import OutboundAPI

/// Connections that are used again, and what happens when one of them dies.
@Suite(.serialized, .timeLimit(.minutes(30))) struct KeptConnectionTests {
    /// How often each request came, by its address.
    private final class Heard: Sendable {
        private let counts = Mutex<[String: Int]>([:])
        func add(_ request: String) {
            counts.withLock { $0[request.components(separatedBy: " ")[1], default: 0] += 1 }
        }
        func count(_ request: APIRequest) -> Int { counts.withLock { $0["/crm/rest" + request.target] ?? 0 } }
        var count: Int { counts.withLock { $0.values.reduce(0, +) } }
        var most: Int { counts.withLock { $0.values.max() ?? 0 } }
    }

    enum Death: CaseIterable { case close, reset }

    // On a busy machine the next request may come late.
    private let client = CurlClient(idleLimit: .seconds(3_600))

    private func transport(_ server: LoopbackServer) -> CurlTransport {
        CurlTransport(base: server.base, peer: "Keap", through: client)
    }

    @Test func `a connection serves many requests`() async throws {
        let server = LoopbackServer { connection in
            while connection.readRequest() != nil { connection.answer("200 OK", body: "{}", isLast: false) }
            connection.close()
        }
        let transport = transport(server)
        for _ in 0..<5 {
            for request in APIRequest.samples {
                #expect(await outcome(of: request, through: transport) == .success(200))
            }
        }
        #expect(server.connections == 1)
        #expect(client.counters.opened == 1)
        #expect(client.counters.reused == 19)
        #expect(client.counters.answers == 20)
        #expect(client.counters.connectTime > .zero && client.counters.firstByteTime > client.counters.connectTime)
        await client.close()
    }

    /// libcurl would send the request again by itself, whatever its method, and report one success for two requests.
    @Test(arguments: Death.allCases)
    func `a request whose kept connection dies is unclear, and was sent once`(death: Death) async throws {
        for (number, request) in APIRequest.samples.enumerated() {
            let heard = Heard()
            let server = LoopbackServer { connection in
                _ = connection.readRequest()
                connection.answer("200 OK", body: "{}", isLast: false)
                if let second = connection.readRequest() { heard.add(second) }
                death == .reset ? connection.reset() : connection.close()
            }
            let transport = transport(server)
            #expect(await outcome(of: .userInfo, through: transport) == .success(200))
            #expect(
                await outcome(of: request, through: transport)
                    == .failure(.unclear("Keap closed the connection without an answer.")), "\(request.line)")
            #expect(heard.count == 1, "\(request.line)")
            #expect(client.counters.repeatsPrevented == UInt64(number + 1))
            // The next one goes over a new connection.
            #expect(await outcome(of: .userInfo, through: transport) == .success(200))
        }
        await client.close()
    }

    /// libcurl then tells of the connection that it could not open for the repetition, and not of the one that died.
    @Test(arguments: Death.allCases)
    func `a request whose server executes it and goes away is unclear`(death: Death) async throws {
        for request in APIRequest.samples {
            let heard = Heard()
            let (departures, departed) = AsyncStream<Void>.makeStream()
            let listener = Mutex<LoopbackServer?>(nil)
            let server = LoopbackServer { connection in
                _ = connection.readRequest()
                connection.answer("200 OK", body: "{}", isLast: false)
                if let second = connection.readRequest() { heard.add(second) }
                listener.withLock { $0?.stopListening() }
                death == .reset ? connection.reset() : connection.close()
                departed.finish()
            }
            listener.withLock { $0 = server }
            let transport = transport(server)
            #expect(await outcome(of: .userInfo, through: transport) == .success(200))
            let end = await outcome(of: request, through: transport)
            #expect(end.isUnclear, "\(request.line) became \(end)")
            #expect(heard.count == 1)
            for await _ in departures {}
            #expect(await outcome(of: request, through: transport).isNotSent)
            listener.withLock { $0 = nil }
        }
        await client.close()
    }

    @Test func `a connection that was closed while it rested is replaced, and the request is sent once`() async throws {
        let (rests, rest) = AsyncStream<Void>.makeStream()
        let heard = Heard()
        let server = LoopbackServer { connection in
            if let request = connection.readRequest() { heard.add(request) }
            connection.answer("200 OK", body: "{}", isLast: false)
            connection.close()
            rest.yield()
        }
        let transport = transport(server)
        var closed = rests.makeAsyncIterator()
        for number in 0..<20 {
            let request = APIRequest.createTag.numbered(number)
            let end = await outcome(of: request, through: transport)
            // The news of the end may still be on its way when the next request goes out: then it may not have come.
            #expect(end == .success(200) || end.isUnclear)
            #expect(heard.count(request) <= 1)
            if end == .success(200) {
                #expect(heard.count(request) == 1)
                _ = await closed.next()
            }
        }
        #expect(client.counters.opened + client.counters.reused == 20)
        await client.close()
    }

    /// Every request that a server saw is one that was counted, once.
    @Test(arguments: [true, false])
    func `of a thousand requests over connections that die at random none is sent twice`(
        reusesConnections: Bool
    ) async throws {
        let client = CurlClient(
            connections: 8, reusesConnections: reusesConnections, idleLimit: .seconds(3_600))
        let heard = Heard()
        let numbers = Mutex<UInt64>(7)
        let server = LoopbackServer { connection in
            while let request = connection.readRequest() {
                heard.add(request)
                let dice = numbers.withLock { number in
                    number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return (number >> 33) % 7
                }
                switch dice {
                case 0: return connection.reset()
                case 1: return connection.close()
                default: connection.answer("200 OK", body: "{}", isLast: false)
                }
            }
            connection.close()
        }
        let transport = CurlTransport(base: server.base, peer: "Keap", through: client)
        let ends = await withTaskGroup(of: [(APIRequest, Result<Int, TransportFailure>)].self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var ends: [(APIRequest, Result<Int, TransportFailure>)] = []
                    for number in 0..<125 {
                        let request = APIRequest.samples[(worker + number) % 4].numbered(worker * 125 + number)
                        ends.append((request, await outcome(of: request, through: transport)))
                    }
                    return ends
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for (request, end) in ends {
            #expect(heard.count(request) == (end.isNotSent ? 0 : 1), "\(request.line): \(end)")
        }
        #expect(ends.count == 1_000 && heard.most == 1)
        #expect(heard.count == ends.count { !$0.1.isNotSent })
        #expect(ends.contains { $0.1 == .success(200) } && ends.contains { $0.1.isUnclear })
        #expect((client.counters.reused > 0) == reusesConnections)
        #expect(transport.underWay == 0)
        await client.close()
    }
}
