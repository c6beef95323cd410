import DurableQueue

/// Why a job is where it is, in sentences, and about how long until that changes.
struct JobExplanation: Equatable, Sendable {
    /// One word for programs; see `word(for:)`.
    private(set) var why: String
    private(set) var sentences: [String] = []
    /// The job that must go on before this one does.
    private(set) var after: JobID?
    /// Jobs of its lane before it, or lanes of its gym, whichever it waits for.
    private(set) var ahead: Int?
    private let remedy: Remedy
    /// Nil where a person must do something first, or where it is unknown.
    private(set) var lasts: Duration?
    /// At least until it is delivered, and at most, where only the budget keeps it waiting.
    private(set) var range: ClosedRange<Duration>?
    private let wait: String?
    /// Why no job of its gym is run, though the gym is configured.
    private let closed: String?
    /// Whose account its calls are made on.
    private let peer: String

    /// - Parameters:
    ///   - wait: what the job waits for while it runs, beside Keap.
    ///   - closed: why no job of the gym is run, though it is configured.
    ///   - remedy: what can be done about it if it is a dead letter.
    ///   - obstacle: what the gym's calls wait for, if anything.
    ///   - now: milliseconds since 1970.
    init(
        _ explanation: Explanation, gym: String, wait: String? = nil, closed: String? = nil, obstacle: WaitReason?,
        remedy: Remedy = .retry, peer: String = "Keap", now: Int64
    ) {
        self.wait = wait
        self.peer = peer
        self.closed = closed
        self.remedy = remedy
        why = Self.word(for: explanation)
        if explanation == .tenantNotServed, closed != nil { why = "gym not connected" }
        switch explanation {
        case .behind(let first, let ahead, let because):
            (after, self.ahead) = (first, ahead)
            sentences = [
                "It waits for \(ahead == 1 ? "the job" : "the \(ahead) jobs") before it in its lane; job \(first) is the first."
            ]
            tell(because, subject: "Job \(first)", gym, obstacle, now)
        default:
            if case .afterRun(let id) = explanation { after = id }
            if case .parked(let dead) = explanation { after = dead.first }
            if case .ready(let count) = explanation { ahead = count }
            tell(explanation, subject: "It", gym, obstacle, now)
        }
    }

    private static func word(for explanation: Explanation) -> String {
        switch explanation {
        case .done: "done"
        case .superseded: "superseded"
        case .dead: "dead"
        case .running: "running"
        case .waitingToBegin: "waiting to begin"
        case .stopping: "stopping"
        case .failed: "failed"
        case .tenantPaused: "gym paused"
        case .tenantNotServed: "gym not configured"
        case .lanePaused: "lane paused"
        case .parked: "parked"
        case .behind: "behind"
        case .waiting: "waiting"
        case .notDurable: "not durable"
        case .afterRun: "after run"
        case .ready: "ready"
        }
    }

    private mutating func tell(
        _ why: Explanation, subject: String, _ gym: String, _ obstacle: WaitReason?, _ now: Int64
    ) {
        switch why {
        case .done(let at, let reason):
            sentences.append("\(subject) was \(reason ?? "done"), \(Self.ago(at, now)).")
        case .superseded(let at):
            sentences.append(
                "A newer message about the same person was delivered first, so \(Self.ago(at, now)) it was closed.")
        case .dead(let at, let reason):
            sentences.append("\(subject) is a dead letter, \(Self.ago(at, now)): \(reason)")
            sentences.append(remedy.sentence)
        case .running(let since, let attempt, let together):
            let company = together > 1 ? ", \(together) jobs of its lane in one" : ""
            sentences.append("\(subject) has been running for \(Self.span(now - since)), try \(attempt)\(company).")
            if let wait { sentences.append(wait) }
            tell(obstacle)
        case .waitingToBegin(let since, let together, let reason):
            let company = together > 1 ? ", nor for the \(together - 1) that go with it" : ""
            sentences.append(
                "\(subject) has been waiting for \(reason ?? "its turn at \(peer)") for \(Self.span(now - since)); no call was made for it yet\(company)."
            )
            if let wait { sentences.append(wait) }
            tell(obstacle)
        case .stopping: sentences.append("The service is stopping; it goes on at the next start.")
        case .failed(let reason):
            sentences.append(
                "The journal cannot be written (\(reason)); nothing is begun until the service is started again.")
        case .tenantPaused: sentences.append("Gym \(gym) is paused; `lockstep resume --gym \(gym)` lets it go on.")
        case .tenantNotServed:
            sentences.append(
                closed
                    ?? "Gym \(gym) is not in the configuration: it goes on when the gym is back there and Lockstep was sent SIGHUP. `lockstep discard` gives it up."
            )
        case .lanePaused:
            sentences.append("Its lane is paused; `lockstep resume --gym \(gym) --lane LANE` lets it go on.")
        case .parked(let dead):
            let jobs = dead.map(\.description).joined(separator: ", ")
            let subject = dead.count == 1 ? "job \(jobs), a dead letter, is" : "the dead letters \(jobs) are"
            sentences.append("Its lane waits until \(subject) retried or discarded, as the gym's `afterDead` says.")
        case .waiting(let until, let attempts, let reason):
            lasts = .milliseconds(max(0, until - now))
            sentences.append(
                "\(subject) is tried again in \(Self.span(until - now)), after \(attempts) \(attempts == 1 ? "try" : "tries"): \(reason)"
            )
        case .notDurable: sentences.append("\(subject) is being written to disk; it begins when it is there for good.")
        case .afterRun(let id):
            sentences.append("Job \(id), which is of the same lane, is running and must end first.")
            if let wait { sentences.append(wait) }
            tell(obstacle)
        case .ready(let ahead):
            let others = ahead == 0 ? "it is its gym's next" : "\(ahead) of its gym come before it, and gyms take turns"
            sentences.append("\(subject) is ready and waits for a place among those that run; \(others).")
            tell(obstacle, after: ahead)
        case .behind:
            break  // the first of a lane is behind no other
        }
    }

    /// - Parameter others: runs that come first, with one call each at least.
    private mutating func tell(_ obstacle: WaitReason?, after others: Int = 0) {
        guard let obstacle else { return }
        sentences.append(obstacle.sentence)
        lasts = obstacle.lasts.map { $0 + obstacle.spacing * others }
        guard let least = obstacle.lastsAtLeast, let most = obstacle.lastsAtMost, let lasts else { return }
        range = least...max(least, most + Self.answering)
        self.lasts = min(max(lasts, least), max(least, most))
    }

    /// For the last call's answer, and the calls that wait for one another.
    private static let answering = Duration.seconds(5)

    private static func span(_ milliseconds: Int64) -> String { Duration.milliseconds(max(0, milliseconds)).roughly }
    private static func ago(_ time: Int64, _ now: Int64) -> String { "\(span(now - time)) ago" }
}

extension Explanation {
    /// The job that others of its lane wait for.
    var runner: JobID? {
        switch self {
        case .behind(let first, _, let because): because.runner ?? first
        case .afterRun(let job): job
        default: nil
        }
    }
}

/// `/api/jobs/ID/explain`.
struct ExplanationAnswer: Encodable, Sendable {
    var id: String
    var gym: String
    var lane: String?
    /// The person or thing that its message is about; nil once that is not known any more.
    var person: String?
    var state: String
    var why: String
    /// To be read one after the other.
    var sentences: [String]
    var after: String?
    var ahead: Int?
    /// Until its next call, as things stand now.
    var aboutSeconds: Int?
    /// Until it is delivered, if nothing else comes.
    var atLeastSeconds: Int?
    var atMostSeconds: Int?

    init(_ job: JobView, _ story: JobExplanation, person: String? = nil) {
        self.person = person
        id = job.id.description
        gym = job.tenant.rawValue
        lane = job.lane?.description
        state = job.state.name.rawValue
        why = story.why
        sentences = story.sentences
        after = story.after?.description
        ahead = story.ahead
        aboutSeconds = story.lasts.map { Int($0.inSeconds.rounded(.up)) }
        if let range = story.range {
            atLeastSeconds = Int(range.lowerBound.inSeconds)
            atMostSeconds = Int(range.upperBound.inSeconds.rounded(.up))
            sentences.append(
                "It should be delivered in \(range.lowerBound.roughly) at least and \(range.upperBound.roughly) at most, "
                    + "depending on how many calls the changes before it need.")
        } else if let aboutSeconds {
            sentences.append("It should go on in about \(Duration.seconds(aboutSeconds).roughly).")
        }
    }
}
