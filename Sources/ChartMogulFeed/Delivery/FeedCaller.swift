package import ChartMogul
package import RateLimits

/// Makes one delivery's calls.
package struct FeedCaller: Sendable {
    private let api: any ChartMogulAPI
    private let urgency: Urgency
    private let begin: @Sendable () -> Bool

    /// - Parameter begin: asked right before a call is sent. False: the delivery was called off.
    package init(_ api: any ChartMogulAPI, urgency: Urgency, begin: @escaping @Sendable () -> Bool = { true }) {
        (self.api, self.urgency, self.begin) = (api, urgency, begin)
    }

    package func perform<Answer: Sendable>(_ call: MogulCall<Answer>) async throws(ChartMogulFailure) -> Answer {
        try await api.perform(call, urgency: urgency, begin: begin)
    }
}
