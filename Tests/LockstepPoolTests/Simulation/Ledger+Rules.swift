import LockstepPool

extension Ledger.State {
    mutating func breach(_ promise: Ledger.Promise, _ text: String) {
        breaches.append("\(promise.rawValue) — but \(text)")
        if time != nil { print("BREACH", breaches.last!) }
    }

    /// A dead job is in its lane again, as if never tried.
    mutating func revive(_ id: JobID) {
        entries[id]?.isUncertain = false
        let charged = entries[id]?.charged ?? 0
        entries[id]?.chargedBefore = charged
        entries[id]?.charged = 0
        entries[id]?.standing = .pending
    }

    func group(_ subject: SimulatedSubject) -> Ledger.Group {
        guard subject.naming != .id else { return Ledger.Group(person: subject.person, naming: .id) }
        // While it is not known whether they are one, a job with both names is held to neither.
        return Ledger.Group(person: subject.person, naming: joined[subject.person] == .yes ? nil : subject.naming)
    }

    mutating func join(_ person: UInt8) {
        tally.joins += 1
        joined[person] = .yes
        let parts = [SimulatedSubject.Naming.name, .booking, .bookingAndName].map {
            Ledger.Group(person: person, naming: $0)
        }
        let known = parts.reduce(into: Set<UInt64>()) { $0.formUnion(confirmed[$1] ?? []) }
        for part in parts { confirmed[part] = nil }
        confirmed[Ledger.Group(person: person, naming: nil), default: []].formUnion(known)
    }

    func mustKnow(_ subject: SimulatedSubject) -> Set<UInt64> {
        guard joined[subject.person] != .perhaps || subject.naming == .id else { return [] }
        return confirmed[group(subject)] ?? []
    }

    mutating func confirm(_ id: JobID) {
        guard let subject = entries[id]?.subject else { return }
        confirmed[group(subject), default: []].insert(id.rawValue)
    }

    /// I2
    mutating func checkTurn(of id: JobID, _ entry: Ledger.Entry) {
        let mine = group(entry.subject)
        for (other, theirs) in entries where other != id && group(theirs.subject) == mine {
            let isExcused = excused.contains(id) || excused.contains(other)
            if theirs.standing == .running, !isExcused { breach(.ordered, "\(id) began while \(other) ran") }
            if other < id, theirs.standing == .pending, !theirs.isUncertain, !isExcused, !isOutOfDate(other) {
                breach(.ordered, "\(id) began before \(other)")
            }
            if other < id, theirs.standing == .done { entries[other]?.isSealed = true }
            if theirs.standing == .dead, !theirs.isUncertain, !isExcused, parks(theirs.subject.tenant), other != id {
                breach(.ordered, "\(id) began in a lane that the dead \(other) parks")
            }
        }
        if isPaused(entry.subject.tenant) == true, !excused.contains(id) {
            breach(.ordered, "\(id) began while \(entry.subject.tenant) was paused")
        }
    }

    /// Nil: nobody knows.
    func isPaused(_ tenant: TenantID) -> Bool? { pausedTenants[tenant] ?? false }

    func parks(_ tenant: TenantID) -> Bool { tenant == SimulatedSubject.tenants[1] }

    /// A later snapshot of its lane is done, so it may be closed unrun.
    func isOutOfDate(_ id: JobID) -> Bool {
        guard let entry = entries[id], entry.subject.isSnapshot else { return false }
        let mine = group(entry.subject)
        return entries.contains { other, theirs in
            other > id && theirs.subject.isSnapshot && theirs.timesDone > 0
                && (group(theirs.subject) == mine || theirs.subject.person == mine.person && mine.naming != .id)
        }
    }

    /// I1, I6
    mutating func checkStanding(of job: Job, _ entry: Ledger.Entry) {
        switch entry.standing {
        case .pending: break
        case .running: breach(.ordered, "\(job.id) began while it ran")
        case .done: breach(.unrepeated, "\(job.id) was done and began again")
        case .dead where entry.isUncertain: break
        case .dead: breach(.unrepeated, "\(job.id) was dead and began")
        case .discarded, .superseded: breach(.unrepeated, "\(job.id) was \(entry.standing) and began")
        }
        // A revival under way sets the count back.
        if job.attempt != entry.charged + 1, !entry.isUncertain {
            breach(.unrepeated, "\(job.id) is at attempt \(job.attempt) after \(entry.charged) that were charged")
        }
    }

    /// I3
    mutating func checkLimits(_ policy: QueuePolicy, _ tenant: TenantID) {
        let running = entries.values.filter { $0.standing == .running }
        if running.count >= policy.lanes { breach(.limited, "\(running.count + 1) jobs run at once") }
        let ofTenant = running.count { $0.subject.tenant == tenant }
        if ofTenant >= policy.lanesPerTenant { breach(.limited, "\(ofTenant + 1) jobs of \(tenant) run at once") }
    }

    /// I4: a lane that nothing holds up sees each other lane of its tenant go first once, and a tenant of which nothing
    /// runs sees one lane of each other tenant. What has its lease already, or gives its place back just now, comes on top.
    mutating func countTurns(_ policy: QueuePolicy, besides begun: JobID) {
        guard let begunTenant = entries[begun]?.subject.tenant else { return }
        tenantTurns[begunTenant] = 0
        let mostOfTenant = SimulatedSubject.lanesOfTenant + policy.lanesPerTenant
        let mostOfOthers = SimulatedSubject.tenants.count - 1 + 2 * policy.lanes
        var waiting: Set<TenantID> = []
        for (id, entry) in entries where id != begun && entry.standing == .pending {
            guard isHeldUpByNothing(id, entry, policy) else { continue }
            let tenant = entry.subject.tenant
            waiting.insert(tenant)
            guard tenant == begunTenant else { continue }
            entries[id]?.turnsWaited += 1
            if entry.turnsWaited == mostOfTenant { breach(.fair, "\(id) waited for \(mostOfTenant) of its tenant") }
        }
        for tenant in SimulatedSubject.tenants where tenant != begunTenant {
            let isIdle = !entries.values.contains { $0.standing == .running && $0.subject.tenant == tenant }
            tenantTurns[tenant] = isIdle && waiting.contains(tenant) ? tenantTurns[tenant, default: 0] + 1 : 0
            if tenantTurns[tenant] == mostOfOthers { breach(.fair, "\(tenant) waited for \(mostOfOthers) of others") }
        }
    }

    private func isHeldUpByNothing(_ id: JobID, _ entry: Ledger.Entry, _ policy: QueuePolicy) -> Bool {
        let (subject, tenant) = (entry.subject, entry.subject.tenant)
        guard entry.isAcknowledged, !entry.isUncertain, !entry.hasPause, subject.urgency == .live,
            isPaused(tenant) == false, !isOutOfDate(id)
        else { return false }
        guard
            entries.values.count(where: { $0.standing == .running && $0.subject.tenant == tenant })
                < policy.lanesPerTenant
        else { return false }
        return !entries.contains { other, theirs in
            other != id && theirs.subject.person == subject.person
                && (theirs.standing == .running || theirs.isUncertain || other < id && theirs.standing == .pending
                    || theirs.standing == .dead && parks(tenant))
        }
    }
}
