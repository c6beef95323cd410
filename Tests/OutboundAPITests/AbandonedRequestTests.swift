import Foundation
import Synchronization
import Testing

@testable import OutboundAPI

/// Requests that are given up, or whose caller is cancelled, in each state.
@Suite(.serialized, .timeLimit(.minutes(30))) struct AbandonedRequestTests {
    enum Giving: CaseIterable {
        case abandon, close
        /// As with a libcurl that does not ask before it sends.
        case abandonUnguarded
    }

    private let client = CurlClient(idleLimit: .seconds(3_600))
    private let unguarded = CurlClient(reusesConnections: false)
    private static let stopped = TransportFailure.notSent("Calls to Keap have been stopped.")
    private static let givenUp = TransportFailure.unclear("Given up while waiting for Keap's answer.")

    private func transport(_ base: String, _ giving: Giving = .abandon) -> CurlTransport {
        CurlTransport(base: base, peer: "Keap", through: giving == .abandonUnguarded ? unguarded : client)
    }

    private func give(up transport: CurlTransport, _ giving: Giving) async {
        switch giving {
        case .abandon, .abandonUnguarded: transport.abandon()
        case .close: await client.close()
        }
    }

    /// The outcome of a request that is given up as soon as the server has come to the place where it says so.
    private func outcome(
        of request: APIRequest, scheme: String = "http", _ giving: Giving,
        _ serve: @escaping @Sendable (LoopbackConnection, _ isThere: () -> Void) -> Void
    ) async -> Result<Int, TransportFailure> {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            serve(connection) { arrived.yield() }
            connection.waitForPeerToLeave()
            connection.close()
            arrived.finish()
        }
        let transport = transport("\(scheme)://127.0.0.1:\(server.port)", giving)
        async let end = OutboundAPITests.outcome(of: request, through: transport)
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
        await give(up: transport, giving)
        let outcome = await end
        // Its connection is closed, too.
        #expect(await iterator.next() == nil)
        #expect(transport.underWay == 0)
        return outcome
    }

    @Test func `before it starts, it is not sent`() async throws {
        let server = LoopbackServer { $0.close() }
        let transport = transport(server.base)
        transport.abandon()
        #expect(await OutboundAPITests.outcome(of: .createTag, through: transport) == .failure(Self.stopped))
        #expect(server.connections == 0)
    }

    @Test(arguments: Giving.allCases)
    func `while it connects, it is not sent`(giving: Giving) async throws {
        let end = await outcome(of: .createTag, scheme: "https", giving) { connection, isThere in
            connection.waitForBytes()
            isThere()
        }
        #expect(end == .failure(Self.stopped))
    }

    @Test(arguments: Giving.allCases)
    func `while it is being sent, it is unclear`(giving: Giving) async throws {
        var request = APIRequest.createTag
        request.body = [UInt8](repeating: 0x20, count: 32 << 20)
        let end = await outcome(of: request, giving) { connection, isThere in
            connection.waitForBytes()
            isThere()
        }
        #expect(end == .failure(Self.givenUp))
    }

    @Test(arguments: Giving.allCases)
    func `while it waits, it is unclear`(giving: Giving) async throws {
        let end = await outcome(of: .createTag, giving) { connection, isThere in
            _ = connection.readRequest()
            isThere()
        }
        #expect(end == .failure(Self.givenUp))
    }

    @Test(arguments: Giving.allCases)
    func `while its answer comes, it is unclear`(giving: Giving) async throws {
        let end = await outcome(of: .createTag, giving) { connection, isThere in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")
            isThere()
        }
        #expect(end == .failure(Self.givenUp))
    }

    @Test(arguments: Giving.allCases)
    func `after its answer nothing changes, and its connection is closed at the end`(giving: Giving) async throws {
        let (ends, ended) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer("200 OK", body: "{}", isLast: false)
            connection.waitForPeerToLeave()
            connection.close()
            ended.finish()
        }
        let transport = transport(server.base, giving)
        #expect(await OutboundAPITests.outcome(of: .createTag, through: transport) == .success(200))
        await give(up: transport, giving)
        await client.close()
        await unguarded.close()
        for await _ in ends {}
    }

    @Test func `what one transport gives up does not concern another of the same client`() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            let request = connection.readRequest() ?? ""
            arrived.yield()
            if request.contains("number=2") { connection.answer("200 OK", body: "{}") }
            connection.waitForPeerToLeave()
            connection.close()
        }
        let (first, second) = (transport(server.base), transport(server.base))
        async let lost = OutboundAPITests.outcome(of: .createTag.numbered(1), through: first)
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
        first.abandon()
        #expect(await OutboundAPITests.outcome(of: .createTag.numbered(2), through: second) == .success(200))
        #expect(await lost == .failure(Self.givenUp))
        await client.close()
    }

    @Test func `a caller that is cancelled, before or while it waits, still hears the answer`() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let gate = DispatchSemaphore(value: 0)
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            arrived.yield()
            gate.wait()
            connection.answer("200 OK", body: "{}")
            connection.close()
        }
        let transport = transport(server.base)
        var iterator = arrivals.makeAsyncIterator()
        for isBefore in [true, false] {
            let (starts, start) = AsyncStream<Void>.makeStream()
            let task = Task {
                if isBefore { for await _ in starts {} }
                return await OutboundAPITests.outcome(of: .createTag, through: transport)
            }
            if isBefore { task.cancel() }
            start.finish()
            _ = await iterator.next()
            task.cancel()
            gate.signal()
            #expect(await task.value == .success(200))
        }
        #expect(server.connections == 2)
        await client.close()
    }

    @Test func `given up at any moment, each request ends once, and one that is told as not sent never came`()
        async throws
    {
        let heard = Mutex<Set<String>>([])
        let server = LoopbackServer { connection in
            while let request = connection.readRequest() {
                heard.withLock { _ = $0.insert(request.components(separatedBy: " ")[1]) }
                connection.answer("200 OK", body: "{}", isLast: false)
            }
            connection.close()
        }
        for round in 0..<60 {
            let giving = Giving.allCases[round % 3]
            let transport = transport(server.base, giving)
            let ends = await withTaskGroup(of: (APIRequest, Result<Int, TransportFailure>)?.self) { group in
                for number in 0..<12 {
                    let request = APIRequest.samples[number % 4].numbered(round * 12 + number)
                    group.addTask { (request, await OutboundAPITests.outcome(of: request, through: transport)) }
                    if number == round % 12 {
                        group.addTask {
                            await give(up: transport, giving)
                            return nil
                        }
                    }
                }
                var ends: [(APIRequest, Result<Int, TransportFailure>)] = []
                for await case let end? in group { ends.append(end) }
                return ends
            }
            #expect(ends.count == 12 && transport.underWay == 0)
            for (request, end) in ends where end.isNotSent {
                #expect(!heard.withLock { $0.contains("/crm/rest" + request.target) }, "\(request.line)")
            }
        }
        await client.close()
    }
}
