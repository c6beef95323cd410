import RateLimits
import ChartMogul
import ChartMogulFeed

extension Feed {
    /// Finds the data source in ChartMogul, or makes it.
    ///
    /// - Returns: what was found or done, in a sentence.
    func connect() async throws(ChartMogulFailure) -> String {
        // A person waits.
        let caller = FeedCaller(api, urgency: .live)
        let name = settings.dataSource
        guard try await caller.perform(.dataSources(named: name)).isEmpty else {
            return "ChartMogul has the data source \"\(name)\""
        }
        _ = try await shared.dataSource(named: name, caller)
        return "made the data source \"\(name)\" in ChartMogul"
    }
}
