import Foundation
import OutboundAPI

/// Puts what is found into sentences: what happened, to whom, what follows, and what to do. Reads and decides nothing else.
struct AlertConditions: Sendable {
    /// How commands find the service.
    let file: String
    /// Milliseconds since 1970.
    let now: Int64

    private func command(_ words: String) -> String { "lockstep \(words) --config \(file)" }

    func journalFailed(_ reason: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.journalFailed),
            sentence:
                "The journal failed: \(reason). Messages are answered 503 and nothing is delivered until Lockstep is "
                + "started again; what was accepted is on disk",
            remedy: "Check the disk, then restart: systemctl restart lockstep")
    }

    func diskFull(_ reason: String, _ directory: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.diskFull),
            sentence:
                "The disk is full: \(reason). Messages are answered 503 until there is room; what was accepted is "
                + "delivered",
            remedy: "Make room: df -h \(directory). Messages are accepted again without a restart")
    }

    func diskNearlyFull(_ room: DiskRoom, _ directory: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.diskNearlyFull),
            sentence:
                "The disk of \(directory) has \(room.free >> 20) MB of \(room.size >> 20) MB left. Once it is full, "
                + "messages are answered 503",
            remedy: "Make room: df -h \(directory)")
    }

    func readFailing(_ reason: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.readFailing),
            sentence: "Stored messages cannot be read: \(reason). Their jobs wait and are tried again",
            remedy: "Check the disk and the limit of open files")
    }

    /// - Parameters:
    ///   - peer: what the account is an account of.
    ///   - setting: where its key is set.
    func circuit(
        _ report: CircuitReport, of account: String, _ gyms: [String], at peer: String = "Keap",
        setting: String = "keap.key"
    ) -> AlertCondition? {
        guard case .open(let reason, let openFor, let isCredential) = report else { return nil }
        let (names, its) = Self.names(gyms)
        if isCredential {
            return AlertCondition(
                subject: .init(.keyRefused, account), gyms: gyms, since: since(openFor),
                sentence:
                    "\(peer) refuses the key of \(names): \(reason). \(its) changes wait, and the key is tried every "
                    + "30 s",
                remedy: "Put a valid key into \(setting), send SIGHUP (systemctl reload lockstep), and try it: "
                    + command("check" + (gyms.first.map { " --gym \($0)" } ?? "")))
        }
        return AlertCondition(
            subject: .init(.keapFailing, account), gyms: gyms, since: since(openFor),
            sentence:
                "\(peer) fails for \(names): \(reason). \(its) changes wait, and go on when \(peer) answers again",
            remedy: "Nothing is lost. If it lasts, look at \(peer)'s status page and at this machine's network")
    }

    func endpoint(_ report: CircuitReport, _ endpoint: String, of account: String, _ gyms: [String]) -> AlertCondition?
    {
        guard case .open(let reason, let openFor, _) = report else { return nil }
        return AlertCondition(
            subject: .init(.endpointFailing, "\(account)/\(endpoint)"), gyms: gyms, since: since(openFor),
            sentence:
                "Keap fails all \(endpoint) calls of \(Self.names(gyms).names): \(reason). Changes that need one wait "
                + "and are tried again; all others go on",
            remedy: "Nothing is lost. See what waits: " + command("jobs --state waiting"))
    }

    /// - Parameter sentence: ends with what to do.
    func connection(of gym: String, needsPerson: Bool, _ sentence: String, connect: String) -> AlertCondition {
        let said = sentence.split(separator: " Run: ").first.map(String.init) ?? sentence
        let text = said.hasSuffix(".") ? String(said.dropLast()) : said
        return AlertCondition(
            subject: .init(needsPerson ? .reconnectNeeded : .keapFailing, "connection/\(gym)"), gyms: [gym],
            sentence: text,
            remedy: needsPerson
                ? "Run \(connect), or mend the client in keapClients and send SIGHUP"
                : "It is tried again every few minutes")
    }

    func budget(_ end: BudgetEnd, of credential: String, _ gyms: [String]) -> AlertCondition {
        let (names, its) = Self.names(gyms)
        let reopens = clockTime(end.dayEndsIn)
        let after =
            end.isSlowedOnly
            ? "\(its) changes are slowed then until \(reopens), to what the rest of the day's calls allow"
            : "\(its) changes wait from then on until \(reopens)"
        let sentence =
            end.endsIn == .zero
            ? "Keap's calls of the day of \(names) are used up for now (\(end.used) of \(end.limit)). "
                + after.replacing(" from then on", with: "").replacing(" then until", with: " until")
            : "At the pace of the last hour Keap's calls of the day of \(names) (\(end.used) of \(end.limit) used) end at "
                + "\(clockTime(end.endsIn)). \(after)"
        return AlertCondition(
            subject: .init(.budgetEnding, credential), gyms: gyms, sentence: sentence,
            remedy:
                "See who spends it: \(command("budget")); `lockstep pause` holds a gym back, and Keap sells more calls")
    }

    func deadLetters(_ count: Int, of gym: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.deadLetters, gym), gyms: [gym],
            sentence: count == 1
                ? "Gym \(gym) has a dead letter: a change that could not be delivered and is not tried again. The person's "
                    + "contact lacks it"
                : "Gym \(gym) has \(count) dead letters: changes that could not be delivered and are not tried again. Their "
                    + "people's contacts lack them",
            remedy: "See why: \(command("jobs --state dead --gym \(gym)")); mend the cause, then `lockstep retry`")
    }

    func silent(_ source: String, of gym: String, since last: Int64?) -> AlertCondition {
        let time = last.map { " since \(JobAnswer.time($0))" } ?? ""
        return AlertCondition(
            subject: .init(.sourceSilent, "\(gym)/\(source)"), gyms: [gym], since: last,
            sentence:
                "Nothing came from \(source) of gym \(gym)\(time), which is longer than it is usually quiet at this "
                + "time of the week. What changes there does not reach Keap",
            remedy:
                "Look whether \(source) still has the web hook, and whether the proxy lets it through; on a holiday, "
                + "nothing is wrong")
    }

    func hooks(_ trouble: String, of gym: String) -> AlertCondition {
        AlertCondition(
            subject: .init(.hooksInactive, gym), gyms: [gym],
            sentence: "Gym \(gym): \(trouble). Keap's bills are read by polls, some minutes later",
            remedy: "Look whether publicURL can be reached from outside; hooks are revived every 5 min")
    }

    func descriptorsShort(waiting: Int) -> AlertCondition {
        AlertCondition(
            subject: .init(.descriptorsShort),
            sentence: "\(waiting) \(waiting == 1 ? "call waits" : "calls wait") because this process may open no more "
                + "connections. All gyms' changes are slowed",
            remedy: "Raise the limit of open files (LimitNOFILE in the unit), then restart")
    }

    func clockJumped(_ jump: ClockJump.Jump) -> AlertCondition {
        let by = Duration.milliseconds(abs(jump.milliseconds)).roughly
        return AlertCondition(
            subject: .init(.clockJumped), since: jump.at,
            sentence:
                "This machine's clock was set \(jump.milliseconds > 0 ? "forward" : "back") by \(by). Waits go by "
                + "another clock and are right; the days of Keap's budget and the times in lists are off by that",
            remedy: "See that time is kept: timedatectl")
    }

    private func since(_ past: Duration) -> Int64 { now - Int64(past / .milliseconds(1)) }

    /// `16:40 UTC`.
    private func clockTime(_ ahead: Duration) -> String {
        let minutes = (now + Int64(ahead / .milliseconds(1))) / 60_000 % 1_440
        let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60)) UTC"
    }

    private static func names(_ gyms: [String]) -> (names: String, its: String) {
        gyms.count == 1 ? ("gym \(gyms[0])", "Its") : ("gyms \(gyms.joined(separator: ", "))", "Their")
    }
}
