import DeterministicSimulation
import EmbeddedHTTP
import Synchronization
import Testing

@testable import KeapSimulator

@Suite(.timeLimit(.minutes(30))) struct HookCourierTests {
    @Test func `hooks are proved and told over the wire, by the clock of the world`() async throws {
        let told = Mutex<[String]>([])
        let receiver = HTTPServer(
            listen: ListenAddress(host: "127.0.0.1", port: 0), limits: HTTPLimits()
        ) { request in
            told.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
            let secret = request.headers.fields.filter { $0.name.lowercased() == "x-hook-secret" }
            return .response(
                HTTPResponse(status: 200, headers: HTTPHeaders(secret.map { ($0.name, $0.value) }), body: []))
        }
        let receiverPort = try receiver.start()
        let time = Mutex(Caller.noon)
        try await ServerTests.withSimulator({ $0.clock = { time.withLock(\.self) } }) { simulator, port in
            let hook = #"{"eventKey":"contact.add","hookUrl":"http://127.0.0.1:\#(receiverPort)/hooks/gym/keap/t"}"#
            let made = try await ServerTests.exchange(port, "POST", "/crm/rest/v1/hooks", hook)
            #expect(made.status == 200)
            try await until { simulator.hookStatuses == ["Verified"] }
            _ = try await ServerTests.exchange(
                port, "POST", "/crm/rest/v2/contacts",
                #"{"email_addresses":[{"field":"EMAIL1","email":"a@x.org"}]}"#)
            #expect(told.withLock { $0 } == [""])
            time.withLock { $0 = $0.advanced(byMilliseconds: 60_000) }
            // Nothing moves this clock but the test, so that it must say that time has passed.
            _ = simulator.change { world, _ in world.nextDelivery }
            try await until { told.withLock(\.count) == 2 }
            #expect(told.withLock { $0.last }?.contains(#""event_key":"contact.add""#) == true)
        }
        await receiver.stop(grace: .milliseconds(1))
    }

    @Test(arguments: [
        "https://127.0.0.1/x", "http://gym.example/x", "http://10.0.0.1/", "http://127.0.0.1:99999/",
        "ftp://localhost/",
        "http://127.0.0.1.example.com/", "http://user@127.0.0.1/", "http://127.0.0.1/a b",
    ])
    func `nothing is sent beyond this machine`(address: String) {
        #expect(LoopbackPost(.to(address)) == nil)
        #expect(LoopbackPost(.to("http://localhost:8080/x?y")) != nil)
    }

    @Test func `an answer is read by its head`() {
        let whole = "HTTP/1.1 204 No Content\r\nx-hook-secret: abc\r\n\r\n"
        #expect(LoopbackPost.read(Array(whole.utf8)) == .init(status: 204, secret: "abc"))
        #expect(LoopbackPost.read(Array(whole.utf8.dropLast())) == nil)
        #expect(LoopbackPost.read(Array("nonsense\r\n\r\n".utf8)) == nil)
    }
}

extension HookDelivery {
    fileprivate static func to(_ address: String) -> HookDelivery {
        HookDelivery(number: 1, account: "", hook: 1, address: address, secret: nil, body: [])
    }
}

extension SimulatedKeap {
    fileprivate var hookStatuses: [String] {
        change { world, _ in world.accounts.values.flatMap { $0.hooks.hooks.values.map(\.status.rawValue) } }
    }
}
