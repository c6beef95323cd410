import Foundation
import Testing

@testable import OutboundAPI

/// Whom TLS trusts. Needs the program `openssl`, which serves.
@Suite(.serialized, .timeLimit(.minutes(30)), .enabled(if: TLSServer.program != nil)) struct TLSTests {
    private let client = CurlClient()

    private func outcome(_ server: TLSServer, host: String = "127.0.0.1", trusting file: String?) async -> Result<
        Int, TransportFailure
    > {
        let transport = CurlTransport(
            base: "https://\(host):\(server.port)", peer: "Keap", through: client, authorities: file)
        // The server may close before its answer is read, which is no matter of trust.
        for _ in 0..<20 {
            let end = await OutboundAPITests.outcome(of: .userInfo, through: transport, deadline: .seconds(300))
            if !end.isUnclear { return end }
        }
        return .failure(.unclear("no answer in twenty tries"))
    }

    @Test func `a certificate counts only if an authority that is trusted made it, for this host`() async throws {
        let server = try await TLSServer()
        #expect(await outcome(server, trusting: server.certificate) == .success(200))
        for (host, file) in [("127.0.0.1", nil), ("localhost", server.certificate)] {
            let end = await outcome(server, host: host, trusting: file)
            #expect(end.isNotSent, "\(host) \(file ?? "-"): \(end)")
        }
        // A connection that was made with one file serves no request with another.
        let again = await outcome(server, trusting: server.certificate)
        #expect(again == .success(200), "\(again)")
        #expect(await outcome(server, trusting: nil).isNotSent)
        await client.close()
    }

    @Test func `a file of authorities that is not there is named as the cause`() async throws {
        let server = try await TLSServer()
        guard case .failure(.notSent(let reason)) = await outcome(server, trusting: "/nonexistent.pem") else {
            Issue.record("it was sent")
            return
        }
        #expect(reason.contains("keap.caFile"))
        await client.close()
    }
}
