import DurableQueue
import Synchronization

/// How a simulated process ended.
enum SimulatedEnd: Sendable {
    /// Asked to, and in good order.
    case stopped
    /// `kill -9`, or an error that made it useless: what was written is there, also if it was not synced.
    case killed
    /// With the power went what was not synced, or some of it.
    case powerLost
}

extension Ledger {
    /// Compares what the next process finds with what was promised, and goes on from there.
    func recovered(_ findings: SimulatedLife.Findings, after end: SimulatedEnd) {
        let found = findings.views
        tell("recovered after \(end): \(found.values.sorted { $0.id < $1.id }.map { "\($0.id) \($0.state)" })")
        state.withLock { state in
            state.hasRecovered = true
            state.excused = []
            for (id, payload) in findings.payloads.sorted(by: { $0.key < $1.key }) { state.adopt(id, payload) }
            var reruns: [Group: [JobID]] = [:]
            for (id, entry) in state.entries.sorted(by: { $0.key < $1.key }) {
                let view = found[id]
                if view == nil, !entry.isAcknowledged, entry.standing == .pending {
                    state.entries[id] = nil
                    state.people[entry.subject.person]?.removeAll { $0 == id }
                    continue
                }
                state.check(id, entry, view, end, &reruns)
                state.settle(id, view)
            }
            for id in found.keys.sorted() where state.entries[id] == nil {
                state.breach(.kept, "\(id) came from nowhere")
            }
            state.checkReruns(reruns, end)
            state.checkPauses(findings.paused)
            state.checkNotes(findings.notes)
            state.settleLanes()
        }
    }
}

extension Ledger.State {
    /// A job that was on its way to the disk at the end got there, though the queue was not to hear of it any more.
    fileprivate mutating func adopt(_ id: JobID, _ payload: [UInt8]) {
        let subject = SimulatedSubject(payload)
        guard entries[id] == nil, coming.contains(subject) else { return }
        add(id, subject)
    }

    /// I1, I6
    fileprivate mutating func check(
        _ id: JobID, _ entry: Ledger.Entry, _ view: JobView?, _ end: SimulatedEnd,
        _ reruns: inout [Ledger.Group: [JobID]]
    ) {
        let isPending = view.map { ![.done, .superseded, .dead].contains($0.state.name) } ?? false
        switch entry.standing {
        case .pending, .running:
            // A dead letter may have been discarded, or an old snapshot closed, by what nobody could see any more.
            let mayBeGone = entry.isUncertain || isOutOfDate(id)
            if !isPending, !mayBeGone, view?.state.name != .dead || entry.standing == .pending && !entry.isUncertain {
                breach(.kept, "\(id) was \(entry.standing) and is \(view?.state.name.rawValue ?? "gone")")
            }
        case .done:
            guard isPending || view?.state.name == .dead else { return }
            reruns[group(entry.subject), default: []].append(id)
            counters.repeats += 1
            if end == .stopped { breach(.unrepeated, "\(id) was done before an orderly stop and will run again") }
            if end == .killed, entry.isSealed {
                breach(.unrepeated, "\(id) was done, its lane went on, and it is back")
            }
            if entry.isSynced { breach(.unrepeated, "\(id) was done, on the disk for certain, and is back") }
        case .dead:
            if view == nil, !entry.isUncertain { breach(.kept, "the dead \(id) is gone") }
            if isPending, end == .stopped, !entry.isUncertain { breach(.unrepeated, "the dead \(id) is back") }
        case .superseded: break  // As when it was closed: it may be done over, and closed again.
        case .discarded:
            if view != nil { breach(.unrepeated, "\(id) was discarded and is back") }
        }
        let most = end == .powerLost ? max(entry.charged, entry.chargedBefore) : entry.charged
        if let view, view.attempts > most, !entry.isUncertain {
            breach(.unrepeated, "\(id) has \(view.attempts) attempts, of which \(entry.charged) were charged")
        }
    }

    /// I6: of each lane the last run only, if no power was lost; and a joint run as a whole or not at all.
    fileprivate mutating func checkReruns(_ reruns: [Ledger.Group: [JobID]], _ end: SimulatedEnd) {
        for (group, ids) in reruns {
            let runs = Set(ids.compactMap { entries[$0]?.doneIn })
            if end == .killed, runs.count > 1 {
                breach(.unrepeated, "after a kill \(ids) of one lane will run again: \(group)")
            }
        }
        let back = Set(reruns.values.joined())
        for run in Set(back.compactMap { entries[$0]?.doneIn }).sorted() {
            let jobs = entries.filter { $0.value.doneIn == run }.map(\.key).sorted()
            if jobs.count > 1 { counters.jointRepeats += 1 }
            if !back.isSuperset(of: jobs) {
                breach(.unrepeated, "of \(jobs), done in one run, only \(back.intersection(jobs).sorted()) are back")
            }
        }
        for id in back { entries[id]?.doneIn = 0 }
    }

    /// What was found is what is so from now on.
    fileprivate mutating func settle(_ id: JobID, _ view: JobView?) {
        entries[id]?.isAcknowledged = true
        entries[id]?.isUncertain = false
        entries[id]?.turnsWaited = 0
        entries[id]?.goesWith = nil
        entries[id]?.mustRunAlone = false
        guard let view else {
            guard entries[id]?.standing != .done else { return }
            let standing: Ledger.Standing = isOutOfDate(id) ? .superseded : .discarded
            entries[id]?.standing = standing
            return
        }
        switch view.state.name {
        case .done: entries[id]?.standing = .done
        case .superseded: entries[id]?.standing = .superseded
        case .dead: entries[id]?.standing = .dead
        default:
            entries[id]?.standing = .pending
            entries[id]?.isSealed = false
            // One that is paused may be waiting as well.
            if view.state.name != .accepted { entries[id]?.hasPause = true }
        }
        if view.state.name != .done { entries[id]?.charged = view.attempts }
    }

    fileprivate mutating func checkPauses(_ found: Set<TenantID>) {
        for tenant in SimulatedSubject.tenants {
            // While a call was under way it may be either.
            if let known = isPaused(tenant), known != found.contains(tenant) {
                breach(.kept, "\(tenant) was \(known ? "" : "not ")paused, and now it is the other way round")
            }
            pausedTenants[tenant] = found.contains(tenant)
        }
    }

    fileprivate mutating func checkNotes(_ found: [String: [UInt8]?]) {
        for (key, possible) in notes {
            let value = (found[key] ?? nil) ?? []
            if !possible.contains(value) { breach(.kept, "note \(key) is \(value), not one of \(possible)") }
            notes[key] = [value]
        }
    }

    /// Which lanes are one, and what their states must name, follows from the jobs that are there.
    fileprivate mutating func settleLanes() {
        for (person, joined) in joined where joined == .perhaps {
            let isProven = entries.contains { $1.subject.person == person && $1.subject.naming == .bookingAndName }
            if isProven { join(person) }
        }
        // Runs that ended well and are remembered as such. Those of jobs that run again are told of again.
        let done = Set(entries.filter { $0.value.standing == .done }.map(\.key.rawValue))
        let halfway = Set(entries.keys.map { DoneList.halfway($0).rawValue })
        for group in confirmed.keys { confirmed[group]?.formIntersection(done.union(halfway)) }
    }
}
