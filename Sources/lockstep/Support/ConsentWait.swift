import ConfigurationReading
import Foundation
import LockstepService

/// Where a consent is asked for and its answer is taken.
protocol ConsentDesk: Sendable {
    /// Of the consent page.
    var address: String { get }
    func outcome() async throws -> ConnectionAnswer
    /// Takes what a person pasted.
    func paste(_ text: String) async throws -> ConnectionAnswer
    func close() async
}

/// Waits for a consent's answer, by way of the browser or pasted.
struct ConsentWait: Sendable {
    let consent: any ConsentDesk
    let gym: String

    private static let longest = 600

    func end() async -> ConnectionAnswer {
        await withTaskGroup(of: ConnectionAnswer?.self) { group in
            group.addTask { await browser() }
            group.addTask { await pasted() }
            while let answer = await group.next() {
                guard let answer else { continue }
                group.cancelAll()
                return answer
            }
            return ConnectionAnswer(gym: gym, status: .unknown)
        }
    }

    private func browser() async -> ConnectionAnswer? {
        for _ in 0..<Self.longest {
            do {
                try await Task.sleep(for: .seconds(1))
                let answer = try await consent.outcome()
                if answer.status != .waiting { return answer }
            } catch is CancellationError {
                return nil
            } catch {
                return ConnectionAnswer(gym: gym, status: .refused, problem: Terminal.sentence(of: error))
            }
        }
        return ConnectionAnswer(gym: gym, status: .unknown)
    }

    /// Nil at the end of the input: the browser may still come.
    private func pasted() async -> ConnectionAnswer? {
        for await line in Self.lines {
            do {
                return try await consent.paste(line)
            } catch {
                let sentence = (error as? CommandFailure)?.sentence ?? Terminal.sentence(of: error)
                return ConnectionAnswer(gym: gym, status: .refused, problem: sentence)
            }
        }
        return nil
    }

    /// Of standard input, without those that are empty. The thread ends with the input, or with the process.
    private static var lines: AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() {
                    if !line.allSatisfy(\.isWhitespace) { continuation.yield(line) }
                }
                continuation.finish()
            }
        }
    }
}

/// The running service's.
struct ConsentOfService: ConsentDesk {
    let address: String
    private let client: AdminClient
    private let gym: String
    private let state: String

    init(_ client: AdminClient, gym: GymID) async throws {
        self.client = client
        self.gym = gym.description
        let data = try await client.post("/api/gyms/\(gym)/connection")
        let begun = try client.decode(ConnectionAnswer.self, from: data)
        guard let address = begun.address, let state = begun.state else {
            throw CommandFailure("the service gave no address of a consent page")
        }
        (self.address, self.state) = (address, state)
    }

    func outcome() async throws -> ConnectionAnswer {
        try client.decode(
            ConnectionAnswer.self, from: try await client.get("/api/gyms/\(gym)/connection", [("state", state)]))
    }

    func paste(_ text: String) async throws -> ConnectionAnswer {
        // The token endpoint may take its time.
        let data = try await client.post(
            "/api/gyms/\(gym)/connection/code", json: ["state": state, "pasted": text], within: 150)
        return try client.decode(ConnectionAnswer.self, from: data)
    }

    func close() async {}
}

/// Without a service, this process keeps the tokens, and takes the browser's answer where the service would.
struct ConsentWithoutService: ConsentDesk {
    private let consent: LoneConsent

    init(_ configuration: Configuration, _ gym: GymID) throws {
        do {
            consent = try LoneConsent(configuration, gym)
        } catch {
            throw CommandFailure(error.sentence)
        }
        if let problem = consent.listeningProblem { Terminal.note("note: \(problem); paste the address") }
    }

    var address: String { consent.address }
    func outcome() async throws -> ConnectionAnswer { consent.outcome }
    func paste(_ text: String) async throws -> ConnectionAnswer { await consent.paste(text) }
    func close() async { await consent.close() }
}
