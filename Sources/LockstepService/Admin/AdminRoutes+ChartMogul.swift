import ChartMogulFeed
import ChartMogul
import ConfigurationReading
import Connectors
import DurableQueue
import EmbeddedHTTP
import Keap
import KeapBilling

extension AdminRoutes {
    /// Makes ChartMogul's data source, registers Keap's hooks for a gym's bills, and says how all stands.
    func connectBills(of gym: Gym) async throws -> HTTPAnswer {
        let watch = try watch(of: gym)
        var answer = BillingConnectionAnswer(gym: gym.id.description)
        await connectFeed(of: gym, &answer)
        await connectHooks(of: watch, &answer)
        return Reply.json(200, answer)
    }

    private func connectFeed(of gym: Gym, _ answer: inout BillingConnectionAnswer) async {
        guard let feed = gym.feed else { return }
        do throws(ChartMogulFailure) {
            answer.lines.append(try await feed.connect())
        } catch {
            switch error {
            case .unauthorized(let message):
                answer.problems.append(
                    "ChartMogul does not accept this gym's key: \(message); put a valid one into chartMogul.apiKey and "
                        + "send SIGHUP")
            default:
                answer.problems.append(
                    "the data source \"\(feed.settings.dataSource)\" could not be found or made in ChartMogul: "
                        + "\(error.message); run this again")
            }
        }
    }

    private func connectHooks(of watch: BillingWatch, _ answer: inout BillingConnectionAnswer) async {
        guard let desk = watch.desk else {
            answer.problems.append(
                "without chartMogul.hookToken and publicURL Keap cannot tell of changes; they are found by reading Keap "
                    + "every \(watch.settings.failingPoll.components.seconds) s")
            return
        }
        var found = await desk.connect()
        let done = found.lines
        // Keap calls the address by itself, mostly within a second.
        for _ in 0..<Self.mostLooks where found.awaitsProof {
            guard (try? await clock.sleep(for: Self.lookPause)) != nil else { break }
            found = await desk.look()
        }
        await watch.note(found)
        answer.lines += done.filter { !found.lines.contains($0) } + found.lines
        if let trouble = found.trouble { answer.problems.append(trouble) }
    }

    private static let mostLooks = 10
    private static let lookPause = Duration.seconds(1)

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
