import DurableQueue

extension Ledger.State {
    mutating func breach(_ promise: Ledger.Promise, _ text: String) {
        breaches.append("\(promise.rawValue) — but \(text)")
        if time != nil { print("BREACH", breaches.last!) }
    }

    mutating func add(_ id: JobID, _ subject: SimulatedSubject) {
        if subject.idempotencyKey != nil, let other = entries.first(where: { $0.value.subject == subject })?.key {
            breach(.once, "\(id) is \(other) over again")
        }
        entries[id] = Ledger.Entry(subject: subject)
        people[subject.person, default: []].append(id)
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
        counters.joins += 1
        joined[person] = .yes
        let parts = [SimulatedSubject.Naming.name, .booking, .bookingAndName].map {
            Ledger.Group(person: person, naming: $0)
        }
        let known = parts.reduce(into: Set<UInt64>()) { $0.formUnion(confirmed[$1] ?? []) }
        for part in parts { confirmed[part] = nil }
        confirmed[Ledger.Group(person: person, naming: nil), default: []].formUnion(known)
    }

    mutating func isDone(_ id: JobID) {
        guard let subject = entries[id]?.subject else { return }
        entries[id]?.standing = .done
        entries[id]?.timesDone += 1
        entries[id]?.mustRunAlone = false
        entries[id]?.doneIn = runsDone
        if subject.leavesState { confirmed[group(subject), default: []].insert(id.rawValue) }
    }

    /// One of the jobs of a run that begins.
    mutating func checkOne(_ job: Job, in jobs: [Job]) {
        guard var entry = entries[job.id] else { return breach(.kept, "\(job.id) began and was never offered") }
        if entry.isDamaged { breach(.contained, "\(job.id) began, though its record is damaged") }
        if job.payload != entry.subject.payload { breach(.kept, "\(job.id) has another's payload") }
        if entry.standing == .dead, entry.isUncertain, !entry.isDamaged {
            // Its revival is on the disk, and the call about to return.
            revive(job.id)
            entry = entries[job.id] ?? entry
        }
        checkTurn(of: job.id, entry, in: jobs)
        checkStanding(of: job, entry)
    }

    /// I2: those that go together are some of one lane that follow one another, agreed, and were not refused before.
    mutating func checkJoint(_ jobs: [Job], _ policy: QueuePolicy) {
        guard jobs.count > 1, let first = entries[jobs[0].id]?.subject else { return }
        let ids = jobs.map(\.id)
        if jobs.count > policy.maxBatch { breach(.limited, "\(ids) run together") }
        if zip(ids, ids.dropFirst()).contains(where: { $0 >= $1 }) { breach(.ordered, "\(ids) run in this order") }
        for id in ids {
            guard let entry = entries[id] else { continue }
            let subject = entry.subject
            if !subject.isSnapshot { breach(.ordered, "\(id) is no snapshot and runs among \(ids)") }
            if entry.mustRunAlone { breach(.ordered, "\(id) was refused with others and runs among \(ids)") }
            guard id != ids[0] else { continue }
            if !subject.goesAlong { breach(.ordered, "\(id) runs among \(ids) without the handler's consent") }
            if !mayShareLane(first, subject) { breach(.ordered, "\(id) of another lane runs among \(ids)") }
        }
    }

    private func mayShareLane(_ a: SimulatedSubject, _ b: SimulatedSubject) -> Bool {
        guard a.person == b.person else { return false }
        if a.naming == b.naming { return true }
        return a.naming != .id && b.naming != .id && joined[a.person, default: .no] != .no
    }

    /// I1, I6: a lane's state names what was done, and nothing that is yet to be done.
    mutating func checkKnown(_ known: Set<UInt64>, by id: JobID) {
        guard let subject = entries[id]?.subject else { return }
        // Whose lease is older than a join was given what its own lane knew.
        let missing = excused.contains(id) ? [] : (confirmed[group(subject)] ?? []).subtracting(known)
        if !missing.isEmpty { breach(.kept, "\(id) was not told of \(missing.sorted())") }
        for number in known.sorted() where entries[JobID(rawValue: number)]?.standing == .pending {
            breach(.unrepeated, "\(id) was told that \(number) is done, which is still to run")
        }
    }

    /// I2
    mutating func checkTurn(of id: JobID, _ entry: Ledger.Entry, in jobs: [Job]) {
        let mine = group(entry.subject)
        for other in people[entry.subject.person] ?? [] {
            guard let theirs = entries[other], group(theirs.subject) == mine, !jobs.contains(where: { $0.id == other })
            else { continue }
            let isExcused = excused.contains(id) || excused.contains(other)
            if theirs.standing == .running, !isExcused { breach(.ordered, "\(id) began while \(other) ran") }
            if other < id, theirs.standing == .pending, !theirs.isUncertain, !isExcused, !isOutOfDate(other) {
                breach(.ordered, "\(id) began before \(other)")
            }
            if other < id, theirs.standing == .done { entries[other]?.isSealed = true }
            if theirs.standing == .dead, !theirs.isUncertain, !isExcused, parks(theirs.subject.tenant) {
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
        for other in (people[mine.person] ?? []).reversed() where other > id {
            guard let theirs = entries[other], theirs.subject.isSnapshot, theirs.timesDone > 0 else { continue }
            if group(theirs.subject) == mine || mine.naming != .id { return true }
        }
        return false
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
        let running = runsByTenant
        let all = running.values.reduce(0, +)
        let ofTenant = running[tenant] ?? 0
        if all >= SimulatedLife.mostAtOnce { breach(.limited, "\(all + 1) jobs run at once") }
        if ofTenant >= policy.lanesPerTenant { breach(.limited, "\(ofTenant + 1) jobs of \(tenant) run at once") }
    }

    /// I4: a lane that nothing holds up sees each other lane of its tenant go first once, and a tenant of which nothing
    /// runs sees one lane of each other tenant. What has its lease already, or gives its place back just now, comes on top.
    mutating func countTurns(_ policy: QueuePolicy, besides begun: [JobID]) {
        guard !readsFail, let begunTenant = entries[begun[0]]?.subject.tenant else { return }
        tenantTurns[begunTenant] = 0
        let mostOfTenant = SimulatedSubject.lanesOfTenant + policy.lanesPerTenant
        let mostOfOthers = SimulatedSubject.tenants.count - 1 + 2 * policy.lanes
        let running = runsByTenant
        var waiting: Set<TenantID> = []
        for (id, entry) in entries where entry.standing == .pending {
            let tenant = entry.subject.tenant
            guard running[tenant] ?? 0 < policy.lanesPerTenant, isHeldUpByNothing(id, entry) else { continue }
            waiting.insert(tenant)
            guard tenant == begunTenant else { continue }
            entries[id]?.turnsWaited += 1
            if entry.turnsWaited == mostOfTenant { breach(.fair, "\(id) waited for \(mostOfTenant) of its tenant") }
        }
        for tenant in SimulatedSubject.tenants where tenant != begunTenant {
            tenantTurns[tenant] =
                running[tenant] == nil && waiting.contains(tenant) ? tenantTurns[tenant, default: 0] + 1 : 0
            if tenantTurns[tenant] == mostOfOthers { breach(.fair, "\(tenant) waited for \(mostOfOthers) of others") }
        }
    }

    private var runsByTenant: [TenantID: Int] {
        var counts: [TenantID: Int] = [:]
        for entry in entries.values where entry.leads { counts[entry.subject.tenant, default: 0] += 1 }
        return counts
    }

    private func isHeldUpByNothing(_ id: JobID, _ entry: Ledger.Entry) -> Bool {
        let (subject, tenant) = (entry.subject, entry.subject.tenant)
        guard entry.isAcknowledged, !entry.isUncertain, !entry.hasPause, subject.urgency == .live,
            isPaused(tenant) == false, !isOutOfDate(id)
        else { return false }
        for other in people[subject.person] ?? [] where other != id {
            guard let theirs = entries[other] else { continue }
            if theirs.isUncertain { return false }
            switch theirs.standing {
            case .running: return false
            case .pending where other < id: return false
            case .dead where parks(tenant): return false
            default: break
            }
        }
        return true
    }
}
