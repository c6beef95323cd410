import Clocks
import Connectors
import ContactSync
import Keap
import EmbeddedHTTP
import ZenPlanner

extension AdminRoutes {
    /// What a program's renaming or end would touch: `?id=…`, `?name=…`, or both. With `people=count`, Keap is asked how many
    /// contacts have its tags.
    func program(_ query: [(name: String, value: String)], of gym: Gym) async throws -> HTTPAnswer {
        let given = try QueryParameters(query, known: ["id", "name", "people=count"])
        let (id, name, counts) = (given["id"], given["name"], given["people"] != nil)
        guard id != nil || name != nil else { return Reply.error(400, "name the program: id or name") }
        let directory = gym.contacts.tags.directory
        guard let program = directory.view(ofProgram: id, name: name) else {
            return Reply.error(404, Self.unknown(name ?? id ?? "", in: directory, of: gym))
        }
        var answer = ProgramAnswer(
            id: program.id, name: program.name,
            tags: program.tags.map { .init(id: $0.id.description, name: $0.name) })
        if counts {
            // A person waits for it, and it must not go out when none does any more.
            let counted = await checker.clock.run(for: Self.longestCount) {
                do throws(KeapFailure) {
                    let people = try await gym.contacts.tags.countWearers(of: program.tags.map(\.id))
                    return Result<(count: Int, isWhole: Bool), KeapFailure>.success((people.count, people.isWhole))
                } catch {
                    return .failure(error)
                }
            }
            switch counted {
            case .success(let people): (answer.people, answer.isWhole) = (people.count, people.isWhole)
            case .failure(.cancelled):
                return Reply.error(503, "Keap was not asked how many contacts have the tags: its calls wait")
            case .failure(let error):
                return Reply.error(503, "Keap does not say how many contacts have the tags: \(error.message)")
            }
        }
        return Reply.json(200, answer)
    }

    /// A program's renaming or end, as the commands send it: the same message that the web hook takes.
    func program(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        let message = StoredMessage(
            .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        do {
            // As it will be read when it is delivered.
            let source = gym.sources.reading(ZenPlannerSource.self)
            let reading = try source.reader.read(contentType: message.contentType, body: message.body)
            if case .unplaced(let reason, _) = reading { throw Refusal(400, reason) }
            guard case .change(.program, _) = reading else {
                throw Refusal(
                    400, "send event=program.renamed or event=program.deleted, with the program's id or names")
            }
            return await ingest.accept(Received(message, reading), by: source, of: gym)
        } catch let error as ZenPlannerReadError {
            switch error {
            case .unsupportedMediaType(let sentence): throw Refusal(415, sentence)
            case .undecodable(let sentence): throw Refusal(400, sentence)
            }
        }
    }

    private static var longestCount: Duration { .seconds(20) }

    private static func unknown(_ program: String, in directory: TagDirectory, of gym: Gym) -> String {
        guard directory.hasReadTags else {
            return "no change of gym \(gym.id) has been delivered yet, so its tags in Keap are not known; "
                + "let one person's change go through, then try again"
        }
        let known = directory.programViews.map { "“\($0.name)”" }
        let list = known.prefix(20).joined(separator: ", ") + (known.count > 20 ? " and \(known.count - 20) more" : "")
        return "no tag of gym \(gym.id) is of a program “\(program)”; "
            + (known.isEmpty ? "no program of the gym has tags" : "programs with tags are \(list)")
    }
}

/// A program and what its changes touch.
struct ProgramAnswer: Encodable {
    struct Tag: Encodable {
        var id: String
        var name: String
    }

    var id: String?
    var name: String
    var tags: [Tag]
    var people: Int?
    /// False: at least so many people.
    var isWhole: Bool?
}
