import ChartMogulFeed
import EmbeddedHTTP

extension AdminRoutes {
    /// `POST` begins to compare a gym's bills with its ChartMogul; with `mend=true` what differs is put right, and `from` is the
    /// first month of revenue. `GET` tells how far it is and what was found, with `details=true` customer by customer.
    func difference(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        guard let comparer = try watch(of: gym).comparer else {
            throw Refusal(409, "gym \(gym.id) has no chartMogul section in the configuration")
        }
        if request.method != "POST" {
            let given = try QueryParameters(request.query, known: ["details=true"])
            let report = comparer.report
            return Reply.json(200, given["details"] == nil ? report.withoutCustomers : report)
        }
        let given = try QueryParameters(request.query, known: ["mend=true", "from"])
        let order = BooksComparer.Order(
            mends: given["mend"] != nil, from: try given.read("from", "a month such as 2026-01", BillingMonth.init))
        guard comparer.begin(order) else {
            throw Refusal(409, "a comparison of gym \(gym.id) is under way; wait until it has ended")
        }
        return Reply.json(202, comparer.report.withoutCustomers)
    }
}
