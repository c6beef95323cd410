import Clocks
import ConfigurationReading
import Connectors
import ContactSync
import DurableQueue
import History
import Synchronization

/// Notes what happens to people: each message that was accepted, each call for it, and how each run ended.
///
/// On a job's path it costs a closure; what is kept is made on the history's thread.
final class HistoryRecorder: Sendable {
    let history: History
    let clock: any TimeSource
    private let mask: Mutex<SecretMask>
    /// Why jobs waited when that was last noted, so that waiting for days is not noted every few seconds.
    private let waits = Mutex<[JobID: String]>([:])

    static let mostWaits = 20_000
    /// A lane's state that is longer is kept cut, and says no more than that.
    static let mostOfState = 32_768

    init(_ history: History, clock: any TimeSource, hiding secrets: Set<Secret>) {
        self.history = history
        self.clock = clock
        mask = Mutex(SecretMask(secrets))
    }

    /// Hides these too from now on.
    func hide(_ secrets: Set<Secret>) { mask.withLock { $0 = SecretMask(secrets) } }

    /// A body as it may be kept.
    func part(_ label: UInt8, _ bytes: [UInt8], most: Int = HistoryEntry.Part.most) -> HistoryEntry.Part {
        let mask = mask.withLock { $0 }
        let masked = mask.masked(Array(bytes.prefix(most + SecretMask.overlap)))
        var part = HistoryEntry.Part(label, masked, most: most)
        // What was cut before it was masked counts too.
        if bytes.count > most + SecretMask.overlap { part.total = max(part.total, bytes.count) }
        return part
    }

    func text(_ label: UInt8, _ text: String?, most: Int = HistoryEntry.Part.most) -> HistoryEntry.Part? {
        guard let text, !text.isEmpty else { return nil }
        return part(label, Array(text.utf8), most: most)
    }

    // MARK: Events

    /// - Parameter read: makes sense of the stored message.
    func accepted(
        _ job: AcceptedJob, read: @escaping @Sendable ([UInt8]) -> Result<any InboundChange, Gym.ReadingProblem>
    ) {
        let now = clock.wall.milliseconds
        history.note(size: job.payload.count) { [self] in
            let message = StoredMessage(job.payload)
            var parts: [HistoryEntry.Part?] = [
                .text(RecordPart.source, message.map(Self.source)),
                .text(RecordPart.contentType, message?.contentType, most: 200),
                message.map { part(RecordPart.body, $0.body) },
            ]
            var identity = SubjectIdentity()
            var words = ""
            switch read(job.payload) {
            case .success(let change):
                identity = change.identity
                parts.append(text(RecordPart.subject, change.subject, most: 500))
                words = SearchWords.text(of: identity)
            case .failure(let problem):
                parts.append(text(RecordPart.problem, problem.sentence, most: 500))
                words = SearchWords.text(ofUnread: message.map { part(RecordPart.body, $0.body).bytes } ?? [])
            }
            parts.append(text(RecordPart.name, identity.name, most: 500))
            parts.append(text(RecordPart.email, identity.email, most: 500))
            return HistoryEntry(
                at: now, kind: RecordKind.accepted, scope: job.tenant.rawValue, jobs: [job.id.rawValue],
                keys: PersonKey.keys(of: identity.ids), words: words, parts: parts.compactMap { $0 })
        }
    }

    /// - Parameters:
    ///   - before: the lane's state when the run began.
    ///   - hasCalled: calls were made in the run.
    func ended(_ jobs: [Job], _ outcome: JobOutcome, before: LaneState, lane: LaneID, hasCalled: Bool) {
        let (word, reason, after): (String, String?, LaneState)
        switch outcome {
        case .done(let state): (word, reason, after) = ("done", nil, state)
        case .retry(let why, let state, _, _): (word, reason, after) = ("waits", why, state)
        case .dead(let why, let state): (word, reason, after) = ("dead", why, state)
        case .interrupted(let state) where hasCalled: (word, reason, after) = ("interrupted", nil, state)
        // Nothing was tried.
        case .interrupted, .separate: return
        }
        guard let first = jobs.first, isNews(first.id, word, reason) || hasCalled else { return }
        let (now, tenant, attempt, ids) = (
            clock.wall.milliseconds, first.tenant, first.attempt, jobs.map(\.id.rawValue)
        )
        let states = before == after ? nil : (before.bytes, after.bytes)
        history.note(size: (states.map { $0.0.count + $0.1.count } ?? 0) + ids.count * 8) { [self] in
            var parts: [HistoryEntry.Part?] = [
                .text(RecordPart.outcome, word), text(RecordPart.reason, reason, most: 2_000),
                .text(RecordPart.attempt, "\(attempt)"),
            ]
            if let (before, after) = states {
                parts.append(part(RecordPart.before, before, most: Self.mostOfState))
                parts.append(part(RecordPart.after, after, most: Self.mostOfState))
            }
            let known = states.map { Mirror.ids(in: $0.1) } ?? []
            return HistoryEntry(
                at: now, kind: RecordKind.ended, scope: tenant.rawValue, jobs: ids,
                keys: PersonKey.keys(of: [SubjectID(.lane, lane.description)] + known),
                parts: parts.compactMap { $0 })
        }
        if word != "waits" { waits.withLock { for job in jobs { $0[job.id] = nil } } }
    }

    private func isNews(_ job: JobID, _ word: String, _ reason: String?) -> Bool {
        guard word == "waits" else { return true }
        return waits.withLock { waits in
            if waits.count >= Self.mostWaits { waits.removeAll() }
            return waits.updateValue(reason ?? "", forKey: job) != reason ?? ""
        }
    }

    private static func source(_ message: StoredMessage) -> String {
        switch message.tag {
        case .resync: "resync"
        default: Sources.source(of: message.tag)?.pathName ?? "message \(message.tag.rawValue)"
        }
    }
}
