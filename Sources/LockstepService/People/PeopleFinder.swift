import Clocks
import ConfigurationReading
import Connectors
import ContactSync
import DurableQueue
import History
import Keap

/// Finds people in the history, in the queue, and in what lanes remember, and tells what happened to one.
struct PeopleFinder: Sendable {
    let gyms: Gyms
    let queue: JobQueue
    let recorder: HistoryRecorder?

    static let mostPerPage = 100

    // MARK: Searching

    /// People by name, e-mail address, or any id: those that an id names, then those whose words hold all that was asked.
    func search(_ asked: String, gym: Gym?, limit: Int, after: HistoryCursor?) async -> PeoplePage {
        let scopes = gym.map { [$0] } ?? gyms.all
        let ids = Self.ids(asked)
        var hits: [PersonHit] = []
        var next: HistoryCursor?
        let words = SearchWords.asked(asked)
        if let history = recorder?.history {
            let found = await history.search(
                words: words, keys: PersonKey.keys(of: ids), jobs: ids.compactMap(\.job),
                scopes: Set(scopes.map(\.id.description)), limit: limit, after: after)
            hits = found.entries.compactMap(hit)
            next = found.next
        }
        if after == nil {
            for gym in scopes where hits.count < limit {
                if let hit = await remembered(ids, in: gym), !hits.contains(where: { $0.isSame(as: hit) }) {
                    hits.append(hit)
                }
                for hit in await unfinished(words, ids, in: gym, most: limit - hits.count)
                where !hits.contains(where: { $0.isSame(as: hit) }) {
                    hits.append(hit)
                }
            }
        }
        return PeoplePage(people: hits, next: next?.description, since: since)
    }

    var since: String? {
        guard let recorder else { return nil }
        return JobAnswer.time(recorder.history.standing.oldest ?? recorder.clock.wall.milliseconds)
    }

    /// All that a text may be an id of; one kind only if it says so, as in `contact:7`.
    static func ids(_ text: String) -> [SubjectID] {
        if let id = SubjectID(text) { return [id] }
        guard !text.isEmpty else { return [] }
        return [.person, .contact, .booking, .job].map { SubjectID($0, text) }
    }

    private func hit(_ entry: HistoryEntry) -> PersonHit? {
        let job = entry.jobs.last.map { SubjectID(.job, "\($0)") }
        let ids = entry.keys.compactMap { SubjectID($0) } + (job.map { [$0] } ?? [])
        guard let id = ids.strongest else { return nil }
        return PersonHit(
            gym: entry.scope, id: id.description, name: entry[RecordPart.name]?.text ?? "",
            email: entry[RecordPart.email]?.text ?? "",
            subject: entry[RecordPart.subject]?.text ?? entry[RecordPart.problem]?.text ?? id.description,
            source: entry[RecordPart.source]?.text, lastAt: JobAnswer.time(entry.at), job: job?.value)
    }

    /// One whose lane remembers them.
    private func remembered(_ ids: [SubjectID], in gym: Gym) async -> PersonHit? {
        guard let (id, mirror) = await mirror(ids, of: gym) else { return nil }
        let known = Self.ids(of: mirror)
        let name = PersonNameFields(mirror)
        let best = ([id] + known).strongest ?? id
        return PersonHit(
            gym: gym.id.description, id: best.description, name: name.name, email: name.email,
            subject: name.words ?? best.description, source: nil, lastAt: nil, job: nil)
    }

    /// What the lane of one of these remembers, and the id that led to it.
    func mirror(_ ids: [SubjectID], of gym: Gym) async -> (SubjectID, Mirror)? {
        for id in ids {
            guard let key = Self.laneKey(id),
                let bytes = try? await queue.state(ofLaneWith: [key], of: gym.id.tenant), !bytes.isEmpty,
                let mirror = try? Mirror(bytes: bytes)
            else { continue }
            return (id, mirror)
        }
        return nil
    }

    static func ids(of mirror: Mirror) -> [SubjectID] {
        (mirror.sourceID.map { [SubjectID(.person, $0)] } ?? [])
            + (mirror.contact.map { [SubjectID(.contact, $0.text)] } ?? [])
    }

    static func laneKey(_ id: SubjectID) -> LaneKey? {
        switch id.kind {
        case .person: LaneKeys.key(ofPerson: id.value)
        case .contact: LaneKeys.key(of: ContactID(id.value))
        case .booking: LaneKeys.key(ofRecord: id.value)
        case .job, .lane: nil
        }
    }

    // MARK: Jobs of which nothing is kept

    /// People of unfinished jobs that are older than the history: their messages are read, so many at most.
    private func unfinished(_ words: [String], _ ids: [SubjectID], in gym: Gym, most: Int) async -> [PersonHit] {
        guard most > 0 else { return [] }
        let oldest = recorder?.history.standing.oldest ?? .max
        var hits: [PersonHit] = []
        for state in [JobState.Name.dead, .waiting, .paused, .accepted] {
            var query = JobQuery()
            (query.tenant, query.state, query.limit) = (gym.id.tenant, state, Self.mostRead)
            for job in await queue.jobs(query) where job.acceptedAt < oldest && hits.count < most {
                guard let payload = try? await queue.payload(of: job.id) else { continue }
                let identity: SubjectIdentity
                let subject: String
                let text: String
                switch gym.read(payload) {
                case .success(let change):
                    (identity, subject) = (change.identity, change.subject)
                    text = SearchWords.text(of: identity)
                case .failure(let problem):
                    (identity, subject) = (SubjectIdentity(), problem.sentence)
                    text = SearchWords.text(ofUnread: StoredMessage(payload)?.body ?? [])
                }
                let own = identity.ids + [SubjectID(.job, job.id.description)]
                let isNamed = !Set(PersonKey.keys(of: own)).isDisjoint(with: PersonKey.keys(of: ids))
                guard isNamed || (!words.isEmpty && words.allSatisfy { text.contains($0) }) else { continue }
                hits.append(
                    PersonHit(
                        gym: gym.id.description, id: (own.strongest ?? own[0]).description, name: identity.name,
                        email: identity.email, subject: subject, source: nil, lastAt: JobAnswer.time(job.acceptedAt),
                        job: job.id.description))
            }
        }
        return hits
    }

    private static let mostRead = 500
}

/// A person's name and address, as Keap was last told.
struct PersonNameFields {
    var name: String
    var email: String

    init(_ mirror: Mirror) {
        let fields = Dictionary(mirror.shownFields.map { ($0.name, $0.value) }) { $1 }
        name = [fields["firstName"], fields["lastName"]].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        email = fields["email"] ?? ""
    }

    /// Nil if neither is known.
    var words: String? {
        let known = [name, email].filter { !$0.isEmpty }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }
}

extension PersonHit {
    func isSame(as other: PersonHit) -> Bool {
        gym == other.gym && (id == other.id || (job != nil && job == other.job))
    }
}

extension [SubjectID] {
    /// The one that outlives the others.
    var strongest: SubjectID? {
        SubjectID.Kind.allCases.lazy.compactMap { kind in self.first { $0.kind == kind } }.first
    }
}

extension SubjectID {
    var job: UInt64? { kind == .job ? UInt64(value) : nil }
}
