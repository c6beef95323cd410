import ConfigurationReading
import History
import Connectors
import ContactSync
import Keap
import EmbeddedHTTP
import DurableQueue
import WireFormats

extension AdminRoutes {
    /// Has a gym's people compared with Keap and put right: one of them, those of one tag, or all. Answers 202 with the
    /// job once that is on disk.
    func resync(_ request: HTTPRequest) async throws -> HTTPAnswer {
        let wanted = try ResyncRequest(request)
        let gym = try gym(wanted.gym)
        let job = try await job(for: wanted, of: gym)
        return Reply.json(202, ["job": try await queue.enqueue(job).description])
    }

    private func job(for wanted: ResyncRequest, of gym: Gym) async throws -> NewJob {
        switch wanted.subject {
        case .gym:
            return gym.contacts.resync.job(ResyncOrder(.gym, subject: "all people of the gym"))
        case .tag(let word):
            guard let tag = gym.contacts.resync.survey.tag(called: word) else {
                throw Refusal(
                    404,
                    "gym \(gym.id) has no tag “\(word)” that Lockstep knows; name one of its tags, or its id in Keap")
            }
            return gym.contacts.resync.job(ResyncOrder(.tag, subject: "the tag “\(word)”", tag: tag.text))
        case .person(let id):
            return try await job(for: LaneKeys.key(ofPerson: id), "Zen Planner ID \(id)", of: gym)
        case .contact(let id):
            return try await job(for: LaneKeys.key(of: ContactID(id)), "contact \(id)", of: gym)
        case .anyID(let id):
            let found = try await people.person(id, of: gym, limit: 1)
            let own = found.ids.first { PeopleFinder.laneKey($0) != nil }
            guard let own, let key = PeopleFinder.laneKey(own) else {
                throw Refusal(404, "nothing is remembered of “\(id)” in gym \(gym.id): it has no contact in Keap yet")
            }
            return try await job(for: key, "\(own.kind.rawValue) \(own.value)", of: gym)
        case .booking(let id):
            return try await job(for: LaneKeys.key(ofRecord: id), "booking \(id)", of: gym)
        }
    }

    private func job(for key: LaneKey, _ subject: String, of gym: Gym) async throws -> NewJob {
        let state = try await queue.state(ofLaneWith: [key], of: gym.id.tenant)
        guard !state.isEmpty else {
            throw Refusal(
                404,
                "nothing is remembered of \(subject) in gym \(gym.id), so there is nothing to renew: the next message is "
                    + "compared with Keap in any case")
        }
        return NewJob(
            tenant: gym.id.tenant, kind: JobKind.resync, keys: [key],
            payload: ResyncOrder(.lane, subject: subject).message.bytes)
    }
}

/// What a resync is asked for: by parameters of the address, or by a JSON object with the same members.
struct ResyncRequest: Equatable {
    enum Subject: Equatable {
        case gym
        /// By Zen Planner's id, Keap's id of the contact, or OnceHub's of a booking.
        case person(String), contact(String), booking(String)
        /// Any of these, or what leads to one of them.
        case anyID(String)
        /// By name, or by Keap's id.
        case tag(String)
    }

    var gym: String
    var subject: Subject

    private static let names = ["gym", "person", "contact", "booking", "tag", "id"]

    init(_ request: HTTPRequest) throws(AdminRoutes.Refusal) {
        var given: [(name: String, value: String)] = request.query.map { ($0.name, $0.value) }
        if !request.body.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) {
            given += try Self.members(of: request.body)
        }
        var values: [String: String] = [:]
        for (name, value) in given {
            guard Self.names.contains(name) else {
                throw .init(400, "there is no parameter “\(name)”; known are \(Self.names.joined(separator: ", "))")
            }
            guard values[name].map({ $0 == value }) ?? true else {
                throw .init(400, "\(name) is given twice, as “\(values[name] ?? "")” and as “\(value)”")
            }
            guard !value.tidied.isEmpty else { throw .init(400, "\(name) is empty") }
            values[name] = value
        }
        guard let gym = values.removeValue(forKey: "gym") else { throw .init(400, "name the gym: gym") }
        guard values.count <= 1 else {
            throw .init(400, "name one of person, contact, booking, tag and id, or none for all")
        }
        self.gym = gym
        subject =
            switch values.first {
            case ("person", let value)?: .person(value)
            case ("contact", let value)?: .contact(value.tidied)
            case ("booking", let value)?: .booking(value.tidied)
            case ("tag", let value)?: .tag(value)
            case ("id", let value)?: .anyID(value.tidied)
            default: .gym
            }
    }

    private static func members(of body: [UInt8]) throws(AdminRoutes.Refusal) -> [(name: String, value: String)] {
        let node: JSONNode
        do {
            node = try JSONReader.read(body)
        } catch {
            throw .init(400, "send {\"gym\": …} with person, contact, booking or tag, or the same as parameters")
        }
        guard case .object(let members) = node else { throw .init(400, "send a JSON object: {\"gym\": …}") }
        return try members.map { member throws(AdminRoutes.Refusal) in
            switch member.value {
            case .string(let text), .number(let text): (member.name, text)
            default: throw .init(400, "\(member.name) takes a text")
            }
        }
    }
}
