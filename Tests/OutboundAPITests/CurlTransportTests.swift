import Clocks
import Foundation
import Synchronization
import Testing

@testable import OutboundAPI

@Suite(.timeLimit(.minutes(30)), .serialized) struct CurlTransportTests {
    private let client = CurlClient()

    @Test func `a request arrives as it was written`() async throws {
        let heard = Mutex<[String]>([])
        let server = LoopbackServer { connection in
            let request = connection.readRequest() ?? ""
            heard.withLock { $0.append(request) }
            connection.answer("201 Created", "X-Keap-Tenant-Id: ab1\r\nSet-Cookie: a=b\r\n", body: #"{"id":5}"#)
            connection.close()
        }
        let transport = transport(server)
        let requests = [
            APIRequest(
                APIEndpoint("findContacts"), .get, ["v2", "contacts"],
                [QueryItem("filter", "email==a+b;c@x.com;given_name==Zoë"), QueryItem("page_size", "1")]),
            APIRequest(
                APIEndpoint("removeTag"), .post, ["v2", "tags", "5", "contacts:removeTags"],
                body: Array(#"{"contact_ids":["1"]}"#.utf8)),
            .updateContact,
            APIRequest(
                APIEndpoint("removeTags"), .delete, ["v1", "contacts", "7", "tags"],
                [QueryItem("ids", commaJoined: ["1", "2"])]),
        ]
        let authorized = AuthorizedTransport(transport, KeyAuthorizer(APIKey("KeapAK-secret")))
        for request in requests {
            let response = try await authorized.send(request, deadline: Self.never).response
            #expect(response.status == 201)
            #expect(response.headers["x-keap-tenant-id"] == "ab1")
            #expect(String(decoding: response.body, as: UTF8.self) == #"{"id":5}"#)
        }
        for (request, text) in zip(requests, heard.withLock { $0 }) {
            let lines = text.components(separatedBy: "\r\n")
            #expect(lines.first == "\(request.method.rawValue) /crm/rest\(request.target) HTTP/1.1")
            let head = Set(lines.map { $0.lowercased() })
            #expect(head.contains("authorization: bearer keapak-secret"))
            #expect(head.contains("accept: application/json"))
            #expect(head.contains("content-type: application/json") == (request.body != nil))
            #expect(!head.contains { $0.hasPrefix("cookie:") })
            #expect(lines.last == request.text)
        }
        #expect(server.connections == requests.count)
    }

    @Test func `a redirection is an answer, and the key goes nowhere else`() async throws {
        let elsewhere = LoopbackServer { connection in
            connection.answer("200 OK")
            connection.close()
        }
        let target = "Location: http://127.0.0.1:\(elsewhere.port)/x\r\n"
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer("302 Found", target)
            connection.close()
        }
        for request in [APIRequest.userInfo, .createTag] {
            let transport = AuthorizedTransport(transport(server), KeyAuthorizer(APIKey("KeapAK-secret")))
            let response = try await transport.send(request, deadline: Self.never).response
            #expect(response.status == 302)
        }
        #expect(elsewhere.connections == 0)
        #expect(server.connections == 2)
    }

    @Test(arguments: ["Basic realm=\"Keap\"", "Bearer realm=\"Keap\"", "Digest realm=\"x\", nonce=\"y\"", "Odd", ""])
    func `a 401 is an answer, whatever scheme it asks for`(scheme: String) async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            let header = scheme.isEmpty ? "" : "WWW-Authenticate: \(scheme)\r\n"
            connection.answer("401 Unauthorized", header, body: #"{"message":"no"}"#)
            connection.close()
        }
        for request in [APIRequest.userInfo, .createTag] {
            let response = try await transport(server).send(request, deadline: Self.never)
            #expect(response.status == 401)
            #expect(String(decoding: response.body, as: UTF8.self) == #"{"message":"no"}"#)
        }
        #expect(server.connections == 2)
    }

    @Test func `a deadline may fall at any point of a redirection`() async throws {
        let heard = Mutex<[String: Int]>([:])
        let server = LoopbackServer { connection in
            if let request = connection.readRequest() {
                heard.withLock { $0[request.components(separatedBy: " ")[1], default: 0] += 1 }
            }
            connection.answer("302 Found", "Location: /elsewhere\r\n")
            connection.close()
        }
        let transport = transport(server)
        for step in 0..<40 {
            await withTaskGroup(of: (APIRequest, TransportFailure?).self) { group in
                for part in 0..<4 {
                    let deadline = Duration.microseconds(100 * step + 25 * part)
                    let request = APIRequest.userInfo.numbered(4 * step + part)
                    group.addTask { (request, await failure(of: request, through: transport, deadline: deadline)) }
                }
                for await (request, failure) in group {
                    let count = heard.withLock { $0["/crm/rest" + request.target] ?? 0 }
                    if case .notSent = failure { #expect(count == 0, "step \(step): \(request.line) came") }
                    if failure == nil { #expect(count == 1) }
                }
            }
        }
        #expect(heard.withLock { $0.values.allSatisfy { $0 == 1 } })
        #expect(heard.withLock { $0.keys.allSatisfy { !$0.contains("elsewhere") } })
        #expect(transport.underWay == 0)
    }

    @Test func `without TLS on the other side a call fails, and does not fall back`() async throws {
        let server = LoopbackServer { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()
        }
        let transport = CurlTransport(base: "https://127.0.0.1:\(server.port)", peer: "Keap", through: client)
        let failure = await failure(of: .createTag, through: transport)
        guard case .notSent = failure else {
            Issue.record("a failed handshake became \(String(describing: failure))")
            return
        }
        #expect(server.connections == 1)
    }

    @Test func `without a listener nothing was sent`() async throws {
        let port = LoopbackServer { $0.close() }.port
        let transport = CurlTransport(base: "http://127.0.0.1:\(port)", peer: "Keap", through: client)
        for request in [APIRequest.userInfo, .createTag] {
            let failure = await failure(of: request, through: transport)
            guard case .notSent = failure else {
                Issue.record("a refused connection became \(String(describing: failure))")
                return
            }
        }
    }

    @Test(arguments: Fault.allCases)
    func `a connection that breaks leaves the fate of the request unclear, and the request is not repeated`(
        fault: Fault
    ) async throws {
        let server = LoopbackServer { connection in
            switch fault {
            case .closeAtOnce: connection.close()
            case .closeBeforeAnswer:
                _ = connection.readRequest()
                connection.close()
            case .resetBeforeAnswer:
                _ = connection.readRequest()
                connection.reset()
            case .resetWithinAnswer:
                _ = connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                connection.reset()
            case .closeWithinAnswer:
                _ = connection.readRequest()
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                connection.close()
            case .nonsense:
                _ = connection.readRequest()
                connection.write("Nonsense\r\n\r\n")
                connection.close()
            }
        }
        for request in [APIRequest.userInfo, .createTag, .deleteTag] {
            let before = server.connections
            let failure = await failure(of: request, through: transport(server))
            guard case .unclear = failure else {
                Issue.record("\(request.line) became \(String(describing: failure))")
                return
            }
            #expect(server.connections == before + 1)
        }
    }

    enum Fault: CaseIterable {
        case closeAtOnce, closeBeforeAnswer, resetBeforeAnswer, resetWithinAnswer, closeWithinAnswer, nonsense
    }

    @Test func `an answer that does not come is given up at the deadline, and its connection too`() async throws {
        let (departures, departed) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.waitForPeerToLeave()
            connection.close()
            departed.finish()
        }
        let begun = ContinuousClock.now
        let failure = await failure(
            of: .createTag, through: transport(server), deadline: .milliseconds(200))
        #expect(failure == .unclear("No answer within 200 ms."))
        #expect(ContinuousClock.now - begun >= .milliseconds(200))
        for await _ in departures {}
    }

    @Test func `an answer that trickles is given up at the deadline, and its connection too`() async throws {
        let (departures, departed) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while connection.write("x") { usleep(5_000) }
            connection.close()
            departed.finish()
        }
        let failure = await failure(of: .userInfo, through: transport(server), deadline: .milliseconds(300))
        #expect(failure == .unclear("No answer within 300 ms."))
        for await _ in departures {}
    }

    @Test func `an answer that is too long is not read to its end`() async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            let chunk = String(repeating: "x", count: 1 << 16)
            for _ in 0..<64 where !connection.write(chunk) { break }
            connection.close()
        }
        let transport = CurlTransport(base: server.base, peer: "Keap", through: client, largestAnswer: 1 << 20)
        #expect(
            await failure(of: .userInfo, through: transport) == .unclear("The answer is longer than 1048576 bytes."))
    }

    @Test func `a large answer is read whole`() async throws {
        let body = String(repeating: "0123456789", count: 300_000)
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer("200 OK", body: body)
            connection.close()
        }
        let response = try await transport(server).send(.userInfo, deadline: Self.never)
        #expect(String(decoding: response.body, as: UTF8.self) == body)
    }

    @Test func `a chunked answer is put together`() async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.write("5\r\n{\"id\"\r\n3\r\n:5}\r\n0\r\n\r\n")
            connection.close()
        }
        let response = try await transport(server).send(.userInfo, deadline: Self.never)
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"id":5}"#)
    }

    @Test func `a HEAD request ends without the body that its answer tells of`() async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
            connection.waitForPeerToLeave()
            connection.close()
        }
        let request = APIRequest(APIEndpoint("head"), .head, ["x"])
        #expect(try await transport(server).send(request, deadline: Self.never).headers["content-length"] == "5")
        await client.close()
    }

    @Test func `an error that repeats the key is cleaned of it`() async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer("401 Unauthorized", body: #"{"message":"unknown key KeapAK-secret"}"#)
            connection.close()
        }
        let transport = AuthorizedTransport(transport(server), KeyAuthorizer(APIKey("KeapAK-secret")))
        let response = try await transport.send(.userInfo, deadline: Self.never).response
        #expect(String(decoding: response.body, as: UTF8.self) == #"{"message":"unknown key [key]"}"#)
    }

    @Test func `what is abandoned is unclear at once, and nothing is sent any more`() async throws {
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            arrived.yield()
            connection.waitForPeerToLeave()
            connection.close()
        }
        let transport = transport(server)
        let request = APIRequest.createTag
        async let waiting = failure(of: request, through: transport, deadline: Self.never)
        for await _ in arrivals { break }
        transport.abandon()
        #expect(await waiting == .unclear("Given up while waiting for Keap's answer."))
        #expect(await failure(of: request, through: transport) == .notSent("Calls to Keap have been stopped."))
        #expect(server.connections == 1)
    }

    @Test func `hundreds of calls leave no connection and no memory behind`() async throws {
        let server = LoopbackServer { connection in
            _ = connection.readRequest()
            connection.answer("200 OK", body: "{}")
            connection.waitForPeerToLeave()
            connection.close()
        }
        let transport = transport(server)
        let request = APIRequest.createTag
        for _ in 0..<20 { _ = try await transport.send(request, deadline: Self.never) }
        let before = openFiles()
        for _ in 0..<300 { _ = try await transport.send(request, deadline: Self.never) }
        // Some of the last may still be closing; three hundred would not.
        #expect(openFiles() < before + 60)
        #expect(transport.underWay == 0)
    }

    /// Longer than a busy machine keeps anything waiting.
    private static let never = Duration.seconds(3_600)

    private func transport(_ server: LoopbackServer) -> CurlTransport {
        CurlTransport(base: server.base, peer: "Keap", through: client)
    }

    private func failure(
        of request: APIRequest, through transport: CurlTransport, deadline: Duration = never
    ) async -> TransportFailure? {
        do throws(TransportFailure) {
            _ = try await transport.send(request, deadline: deadline)
            return nil
        } catch {
            return error
        }
    }

    private func openFiles() -> Int {
        let folder = FileManager.default.fileExists(atPath: "/proc/self/fd") ? "/proc/self/fd" : "/dev/fd"
        return (try? FileManager.default.contentsOfDirectory(atPath: folder).count) ?? 0
    }
}
