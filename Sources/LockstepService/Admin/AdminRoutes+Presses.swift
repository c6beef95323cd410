import DurableQueue
import EmbeddedHTTP
import WireFormats

/// The console's buttons. Each does what a program's request does, and is noted alike.
extension AdminRoutes {
    func press(_ action: ConsoleAction, _ request: HTTPRequest, by caller: AdminCaller) async -> HTTPResponse {
        let form = try? FormBody(decoding: request.body, maxFields: 50)  // what is none has no fields
        let back = ConsoleBack(form?["back"]).path
        do {
            if form?["confirmed"] != "yes", let page = try await confirmation(of: action, form, back: back) {
                return answer(page, to: request, by: caller)
            }
            let (place, query) = Self.place(of: action, form)
            var inner = request
            inner.query = query
            inner.body = []
            _ = try await perform(place, inner, by: caller)
            return ConsoleAnswer.seeOther(back)
        } catch {
            let (status, sentence) = Self.reason(error)
            return answer(.refusal(status, sentence), to: request, by: caller)
        }
    }

    private static func place(
        of action: ConsoleAction, _ form: FormBody?
    ) -> (AdminRoute, [(name: String, value: String)]) {
        switch action {
        case .pause(let gym): (.pause(gym: gym, true), [])
        case .resume(let gym): (.pause(gym: gym, false), [])
        case .retry(let job): (.retry(job), [])
        case .discard(let job): (.discard(job), [])
        case .retryAll: (.retryAll, form?["gym"].map { [("gym", $0)] } ?? [])
        }
    }

    /// Nil: it is done at once.
    private func confirmation(of action: ConsoleAction, _ form: FormBody?, back: String) async throws -> ConsolePage? {
        switch action {
        case .pause, .resume, .retry: return nil
        case .discard(let id):
            let job = try await job(id)
            return .confirmation(
                "Discard job \(job.id)?",
                "Its message is given up for good, and what it tells is not delivered. This cannot be taken back.",
                button: "Discard job \(job.id)", action: action, fields: [], back: back,
                cancel: ConsoleLink([]))
        case .retryAll:
            let gym = form?["gym"]
            let counts = await queue.counts()
            let dead = counts.tenants.reduce(0) { sum, one in
                sum + (gym == nil || one.key.rawValue == gym ? one.value.jobs[.dead] ?? 0 : 0)
            }
            let letters = ConsoleNumbers.count(dead, "dead letter", "dead letters")
            return .confirmation(
                "Retry \(letters)?",
                "Each gets another try, in the order in which they were accepted. What still cannot be placed stays.",
                button: "Retry all \(letters)", action: action, fields: gym.map { [("gym", $0)] } ?? [], back: back,
                cancel: ConsoleLink([]))
        }
    }
}
