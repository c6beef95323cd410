import AsyncPrimitives
import Clocks
import ConfigurationReading
import Connectors
import DurableQueue
import FileJournal
import Synchronization

/// Keeps the alerts of a service: looks at it from time to time, writes each change down before it is told, and tells it.
final class AlertDesk: Sendable {
    private struct State: Sendable {
        var record: AlertRecord
        var book: AlertBook
        var jump = ClockJump()
        var rhythms: [SourceArrivals.Key: SourceRhythm] = [:]
    }

    private let state: Mutex<State>
    private let file: AlertFile?
    private let work: BlockingWork
    private let queue: JobQueue
    private let arrivals: SourceArrivals
    private let log: ServiceLog
    private let clock: any TimeSource
    /// Signalled when the outbox has something.
    let changed = AsyncSignal()
    /// Signalled when the next look is not to wait.
    let lookNow = AsyncSignal()

    /// - Parameter file: nil: nothing is remembered.
    init(
        file: AlertFile?, work: BlockingWork, queue: JobQueue, arrivals: SourceArrivals, log: ServiceLog,
        clock: any TimeSource
    ) async {
        let record = file?.load() ?? AlertRecord()
        state = Mutex(State(record: record, book: AlertBook(record.book)))
        (self.file, self.work, self.queue, self.arrivals) = (file, work, queue, arrivals)
        (self.log, self.clock) = (log, clock)
        try? await work.run { () throws(FileError) in try file?.prepare() }  // a save tries for itself
    }

    var book: AlertBook { state.withLock(\.book) }
    /// What the web hook is to be told next.
    var next: AlertChange? { state.withLock(\.record.outbox.next) }

    /// Looks once. Must not run twice at a time.
    func look(_ survey: AlertSurvey) async {
        let found = await survey.look()
        await learnRhythms(survey.composition.gyms)
        let hasReceiver = survey.composition.configuration.alerts.webhook != nil
        let (changes, isChanged, learned) = state.withLock { state in
            let now = clock.reading
            var findings = found.findings
            let learned = Self.addSilences(to: &findings, &state, arrivals.last, found, at: now.wall.milliseconds)
            state.jump.look(at: now)
            if let jump = state.jump.jump { findings.conditions.append(found.words.clockJumped(jump)) }
            let before = state.record
            for (gym, count) in state.record.deadLetters.look(found.dead, at: now.wall.milliseconds).sorted(by: <) {
                findings.conditions.append(found.words.deadLetters(count, of: gym))
            }
            let changes = state.book.look(findings, at: now)
            state.record.book = state.book.memory
            if hasReceiver { state.record.outbox.add(changes) } else { state.record.outbox.removeAll() }
            let isWorthKeeping = !changes.isEmpty || state.record.deadLetters != before.deadLetters
            return (changes, isWorthKeeping, learned)
        }
        if isChanged { await keep() }
        for change in changes { tell(change) }
        if !changes.isEmpty { changed.signal() }
        for (key, bytes) in learned {
            // Where it cannot be kept, it is learned anew.
            try? await queue.setMetadata(Self.note(key), bytes, durable: false)
        }
    }

    /// The web hook has taken it.
    func told(_ change: AlertChange) async {
        state.withLock { $0.record.outbox.remove(change.id) }
        await keep()
    }

    /// Until when a source's silence is usual, and when it was last heard; milliseconds since 1970.
    func rhythm(of gym: GymID, _ source: String) -> (last: Int64?, quietUntil: Int64?) {
        let key = SourceArrivals.Key(gym: gym, source: source)
        let rhythm = state.withLock { $0.rhythms[key] }
        return (arrivals.last[key] ?? rhythm?.lastHeard, rhythm?.quietUntil)
    }

    // MARK: Rhythms

    private static func note(_ key: SourceArrivals.Key) -> String { "rhythm/\(key.gym)/\(key.source)" }

    /// Those of gyms that are new here, from what is kept.
    private func learnRhythms(_ gyms: Gyms) async {
        for gym in gyms.all {
            for source in gym.sources.ofContacts {
                let key = SourceArrivals.Key(gym: gym.id, source: type(of: source).pathName)
                guard state.withLock({ $0.rhythms[key] == nil }) else { continue }
                let saved = await queue.metadata(Self.note(key)).flatMap(SourceRhythm.init)
                state.withLock { $0.rhythms[key] = saved ?? SourceRhythm() }
            }
        }
    }

    /// - Returns: what is worth keeping of the rhythms.
    private static func addSilences(
        to findings: inout AlertFindings, _ state: inout State, _ last: [SourceArrivals.Key: Int64],
        _ found: AlertSurvey.Found, at now: Int64
    ) -> [(SourceArrivals.Key, [UInt8])] {
        var learned: [(SourceArrivals.Key, [UInt8])] = []
        for (key, rhythm) in state.rhythms.sorted(by: { $0.key < $1.key }) {
            var rhythm = rhythm
            let isNew = rhythm.look(lastMessage: last[key], isListening: found.isListening, at: now)
            state.rhythms[key] = rhythm
            if isNew { learned.append((key, rhythm.bytes)) }
            if rhythm.isSilent {
                findings.conditions.append(
                    found.words.silent(key.source, of: key.gym.description, since: rhythm.lastHeard))
            }
        }
        return learned
    }

    // MARK: Telling

    private func keep() async {
        guard let file else { return }
        // Where there is no disk to write to, that is what the alert is about; it is told all the same.
        try? await work.run { [self] () throws(FileError) in try file.save(state.withLock(\.record)) }
    }

    private func tell(_ change: AlertChange) {
        if change.isEnd { return log.info(change.text) }
        guard !change.alert.kind.isLoggedElsewhere else { return }
        switch change.alert.kind {
        case .diskFull, .keyRefused: log.error(change.text)
        default: log.warning(change.text)
        }
    }
}
