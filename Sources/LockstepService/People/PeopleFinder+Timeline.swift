import ConfigurationReading
import Connectors
import ContactSync
import DurableQueue
import History
import Keap

/// All that leads to one person.
struct FoundPerson: Sendable {
    /// The strongest first.
    var ids: [SubjectID]
    /// What the lane remembers; nil: nothing.
    var mirror: Mirror?
    /// The lane, if the queue has one.
    var lane: LaneID?
    var pending: [JobID] = []
    var dead: [JobID] = []
    var entries: HistoryStory

    var id: SubjectID { ids.strongest ?? ids.first ?? SubjectID(.job, "0") }
    var keys: [String] { PersonKey.keys(of: ids) }
    var jobs: [UInt64] { ids.compactMap(\.job) }
}

extension PeopleFinder {
    /// The person that a text names: an id of any kind, or an e-mail address or a name that only one has.
    ///
    /// - Parameter before: of their jobs, those accepted before this one.
    func person(
        _ text: String, of gym: Gym, limit: Int = 20, before: UInt64? = nil
    ) async throws(AdminRoutes.Refusal) -> FoundPerson {
        for id in Self.ids(text) {
            if let found = await person(id, of: gym, limit, before) { return found }
        }
        let hits = await search(text, gym: gym, limit: 3, after: nil).people
        guard hits.count <= 1 else {
            let names = hits.map { "\($0.id) (\($0.subject))" }.joined(separator: ", ")
            throw .init(409, "“\(text)” is not one person of gym \(gym.id) alone: \(names); name one by the id")
        }
        if let hit = hits.first, let id = SubjectID(hit.id), let found = await person(id, of: gym, limit, before) {
            return found
        }
        throw .init(
            404,
            "nothing is known of “\(text)” in gym \(gym.id); `lockstep people` searches names, addresses and ids, and finds "
                + "by name those of whom a message came lately")
    }

    private func person(_ id: SubjectID, of gym: Gym, _ limit: Int, _ before: UInt64?) async -> FoundPerson? {
        var ids = [id]
        // A job says whose it is.
        if let number = id.job, let job = await queue.job(JobID(rawValue: number)), job.tenant == gym.id.tenant {
            ids += await self.ids(ofMessageOf: job.id, in: gym)
            if let lane = job.lane { ids.append(SubjectID(.lane, lane.description)) }
        } else if id.job != nil, recorder == nil {
            return nil
        }
        var story = await story(ids, of: gym, limit, before)
        ids = Self.known(ids, story)
        var mirror = await self.mirror(ids, of: gym)?.1
        if let known = mirror {
            ids = Self.merged(ids + Self.ids(of: known))
            // Entries from before the contact was known are theirs too.
            story = await self.story(ids, of: gym, limit, before)
            ids = Self.known(ids, story)
        }
        var found = FoundPerson(ids: ids, mirror: mirror, entries: story)
        for key in ids.compactMap(Self.laneKey) {
            guard let open = try? await queue.openJobs(ofLaneWith: [key], of: gym.id.tenant) else { continue }
            (found.lane, found.pending, found.dead) = (open.lane, open.pending, open.dead)
            break
        }
        if mirror == nil, let lane = found.lane, let bytes = try? await queue.state(of: lane), !bytes.isEmpty {
            mirror = try? Mirror(bytes: bytes)
            found.mirror = mirror
        }
        await addUnplaced(to: &found, of: gym)
        let isKnown = story.total > 0 || found.mirror != nil || !found.dead.isEmpty || !found.pending.isEmpty
        return isKnown ? found : nil
    }

    /// Jobs of theirs that have no lane, or one that no id of theirs leads to.
    private func addUnplaced(to found: inout FoundPerson, of gym: Gym) async {
        let known = Set(found.pending + found.dead)
        for number in Set(found.entries.jobs + found.jobs).sorted() where !known.contains(JobID(rawValue: number)) {
            guard let job = await queue.job(JobID(rawValue: number)), job.tenant == gym.id.tenant else { continue }
            switch job.state {
            case .dead: found.dead.append(job.id)
            case _ where job.finishedAt == nil: found.pending.append(job.id)
            default: break
            }
        }
    }

    private func story(_ ids: [SubjectID], of gym: Gym, _ limit: Int, _ before: UInt64?) async -> HistoryStory {
        guard let history = recorder?.history else { return HistoryStory() }
        return await history.story(
            keys: PersonKey.keys(of: ids), jobs: ids.compactMap(\.job), scope: gym.id.description, limit: limit,
            before: before)
    }

    private static func known(_ ids: [SubjectID], _ story: HistoryStory) -> [SubjectID] {
        merged(ids + story.entries.flatMap(\.keys).compactMap { SubjectID($0) })
    }

    private static func merged(_ ids: [SubjectID]) -> [SubjectID] {
        var seen: Set<String> = []
        return ids.filter { seen.insert(PersonKey.key(of: $0)).inserted }
    }

    private func ids(ofMessageOf job: JobID, in gym: Gym) async -> [SubjectID] {
        guard let payload = try? await queue.payload(of: job), case .success(let change) = gym.read(payload) else {
            return []
        }
        return change.identity.ids
    }

    // MARK: Telling

    func timeline(of found: FoundPerson, gym: Gym) async -> PersonTimeline {
        let directory = gym.contacts.tags.directory
        let entries = TimelineEntries(tags: directory)
        var changes: [PersonTimeline.Change] = []
        let open = found.pending + found.dead
        // Those of which nothing is kept stand among the others by their numbers.
        let unkept = found.entries.hasMore ? [] : open.map(\.rawValue).filter { !found.entries.jobs.contains($0) }
        for number in (found.entries.jobs + unkept).sorted(by: >) where number > 0 {
            let own = found.entries.entries.filter { $0.jobs.contains(number) }
            var change = entries.change(number, own)
            change.leftOut = found.entries.leftOut[number]
            await add(JobID(rawValue: number), to: &change, gym)
            changes.append(change)
        }
        let fields = found.mirror.map(PersonNameFields.init)
        let told = found.entries.entries.last { $0[RecordPart.name] != nil || $0[RecordPart.email] != nil }
        let contact = found.ids.first { $0.kind == .contact }
        return PersonTimeline(
            gym: gym.id.description, id: found.id.description,
            name: told?[RecordPart.name]?.text ?? fields?.name ?? "",
            email: told?[RecordPart.email]?.text ?? fields?.email ?? "",
            ids: found.ids.filter { $0.kind != .lane }.map(\.description),
            keap: contact.flatMap { Self.link(to: $0.value, gym) },
            standing: await standing(of: found), waiting: found.pending.map(\.description),
            dead: found.dead.map(\.description), tags: found.mirror?.shownTags(directory) ?? [],
            fields: (found.mirror?.shownFields ?? []).map { .init(name: $0.name, value: $0.value) },
            notes: notes(of: found, gym), changes: changes,
            next: found.entries.hasMore ? found.entries.jobs.last.map { "\($0)" } : nil, since: since)
    }

    /// As the queue has it now, and its message where none is kept.
    private func add(_ id: JobID, to change: inout PersonTimeline.Change, _ gym: Gym) async {
        guard let job = await queue.job(id), job.tenant == gym.id.tenant else { return }
        change.state = job.state.name.rawValue
        change.reason = job.reason
        change.acceptedAt = change.acceptedAt ?? JobAnswer.time(job.acceptedAt)
        change.finishedAt = job.finishedAt.map(JobAnswer.time)
        guard change.message == nil, let payload = try? await queue.payload(of: id),
            let message = StoredMessage(payload)
        else { return }
        change.values = MessageValues.read(message.body)
        if case .success(let read) = gym.read(payload) { change.subject = read.subject }
    }

    private func standing(of found: FoundPerson) async -> String {
        func count(_ jobs: [JobID], _ one: String, _ many: String) -> String {
            jobs.count == 1 ? "1 change \(one)" : "\(jobs.count) changes \(many)"
        }
        var parts: [String] = []
        if let first = found.dead.first {
            let reason = await queue.job(first)?.reason.map { ": \($0)" } ?? ""
            parts.append(count(found.dead, "is a dead letter", "are dead letters") + reason)
        }
        if let first = found.pending.first {
            let reason = await queue.job(first)?.reason.map { ": \($0)" } ?? ""
            parts.append(count(found.pending, "waits", "wait") + reason)
        }
        if parts.isEmpty {
            return found.mirror?.contact == nil
                ? "nothing waits, and no contact in Keap is known of them" : "all that came for them is in Keap"
        }
        return parts.joined(separator: "; ")
    }

    private func notes(of found: FoundPerson, _ gym: Gym) -> [String] {
        let lanes = Set(
            found.ids.filter { $0.kind == .lane }.map(\.value) + (found.lane.map { [$0.description] } ?? []))
        return gym.attention.all.filter { lanes.contains($0.lane) }.flatMap(\.notes).map { note in
            (note.field.map { "\($0): " } ?? "") + note.text
        }
    }

    private static func link(to contact: String, _ gym: Gym) -> String? {
        guard let tenant = gym.account.tenant, contact.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        return "https://\(tenant).infusionsoft.com/Contact/manageContact.jsp?view=edit&ID=\(contact)"
    }
}
