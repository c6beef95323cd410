import ConfigurationReading
import Connectors
import DurableQueue
import EmbeddedHTTP
import Keap
import KeapBilling

extension AdminRoutes {
    /// Registers Keap's hooks for a gym's bills, and says how all stands.
    func connectBills(of gym: Gym) async throws -> HTTPAnswer {
        let watch = try watch(of: gym)
        var answer = BillingConnectionAnswer(gym: gym.id.description)
        if let desk = watch.desk {
            let found = await desk.connect()
            watch.note(found)
            answer.lines += found.lines
            if let trouble = found.trouble { answer.problems.append(trouble) }
        } else {
            answer.problems.append(
                "without chartMogul.hookToken and publicURL Keap cannot tell of changes; they are found by reading Keap "
                    + "every \(watch.settings.failingPoll.components.seconds) s")
        }
        return Reply.json(200, answer)
    }

    /// `POST` begins to read a gym's past, or goes on with it; with `preview=true` it counts what would be read. `GET` tells
    /// how far it is.
    func history(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        let watch = try watch(of: gym)
        if request.method != "POST" { return Reply.json(200, try await progress(of: gym, watch)) }
        let given = try QueryParameters(request.query, known: ["preview=true"])
        if given["preview"] != nil {
            do throws(KeapFailure) {
                return Reply.json(200, HistoryCountAnswer(try await watch.count()))
            } catch {
                throw Refusal(503, "Keap could not be asked how much there is: \(error.message)")
            }
        }
        try await watch.beginHistory()
        return Reply.json(202, try await progress(of: gym, watch))
    }

    private func progress(of gym: Gym, _ watch: BillingWatch) async throws -> HistoryAnswer {
        var answer = HistoryAnswer(gym: gym.id.description, try await watch.historyProgress())
        answer.waiting = await queue.pending(of: gym.id.tenant)
        return answer
    }

    func watch(of gym: Gym) throws(Refusal) -> BillingWatch {
        guard let watch = billing[gym.id] else {
            throw Refusal(409, "gym \(gym.id) has no chartMogul section in the configuration")
        }
        return watch
    }
}

struct BillingConnectionAnswer: Codable, Equatable {
    var gym: String
    /// What was done and found, in sentences.
    var lines: [String] = []
    /// What is wrong and what to do, in sentences.
    var problems: [String] = []
}

/// How much of the past there is.
struct HistoryCountAnswer: Codable, Equatable {
    var subscriptions: Int
    var orders: Int

    init(_ count: HistoryCount) { (subscriptions, orders) = (count.subscriptions, count.orders) }
}

/// How far a reading of the past is.
struct HistoryAnswer: Codable, Equatable {
    enum State: String, Codable { case none, running, done }

    var gym: String
    var state: State
    /// Read so far.
    var subscriptions = 0
    var orders = 0
    /// Jobs of the gym that are not delivered yet, live ones among them.
    var waiting = 0
    /// Milliseconds since 1970.
    var startedAt: Int64?
    var endedAt: Int64?

    init(gym: String, _ progress: HistoryProgress?) {
        self.gym = gym
        guard let progress else {
            state = .none
            return
        }
        state = progress.isDone ? .done : .running
        (subscriptions, orders) = (progress.subscriptions, progress.orders)
        (startedAt, endedAt) = (progress.startedAt, progress.endedAt)
    }
}
