import Foundation

/// Asks the service which jobs it finished since it was last asked.
struct DeliveryWatch {
    private struct Page: Decodable {
        struct Job: Decodable {
            var id: String
            var state: String
            var finishedAt: String?
        }

        var next: UInt64
        var missed: Int
        var jobs: [Job]
    }

    struct Finished {
        var job: UInt64
        var finish: BenchLedger.Finish
        /// Milliseconds since 1970, of the service's clock.
        var at: Int64
    }

    private let client: AdminClient
    private var next: UInt64?

    init(_ client: AdminClient) { self.client = client }

    private static let limit = 10_000

    /// The first time: none, only where to begin.
    ///
    /// - Throws: also if jobs were finished and forgotten between two questions: figures would be too good.
    mutating func finished() async throws -> [Finished] {
        var all: [Finished] = []
        while true {
            let data = try await client.get(
                "/api/finished", [("after", next.map { String($0) }), ("limit", String(Self.limit))])
            let page = try client.decode(Page.self, from: data)
            guard page.missed == 0 else {
                throw CommandFailure(
                    "\(page.missed) jobs were finished and forgotten before they were asked about: the load is too "
                        + "large to measure deliveries; lower --rate, or add --no-deliveries")
            }
            next = page.next
            all += page.jobs.compactMap(Self.read)
            if page.jobs.count < Self.limit { return all }
        }
    }

    /// The dead letters among a benchmark's jobs.
    ///
    /// - Parameter first: the number before that of its first job.
    func dead(after first: UInt64) async throws -> [UInt64] {
        let data = try await client.get(
            "/api/jobs", [("state", "dead"), ("after", String(first)), ("limit", String(Self.limit))])
        return try client.decode([JobRow].self, from: data).compactMap { UInt64($0.id) }
    }

    private static func read(_ job: Page.Job) -> Finished? {
        guard let id = UInt64(job.id), let time = job.finishedAt.flatMap(milliseconds) else { return nil }
        return Finished(job: id, finish: job.state == "superseded" ? .superseded : .delivered, at: time)
    }

    private static func milliseconds(_ text: String) -> Int64? {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? style.parse(text)).map { Int64(($0.timeIntervalSince1970 * 1000).rounded()) }
    }
}
