import ChartMogul
import Connectors
import Keap

extension BillingRules {
    /// Ends of subscriptions, past and to come.
    ///
    /// - Parameter known: external ids of subscriptions that ChartMogul has: no other can end there.
    func events(of known: Set<String>, _ notes: inout [AttentionNote]) -> [EventBody] {
        var events: [String: EventBody] = [:]
        for life in lives.values.sorted(by: { $0.facts.id < $1.facts.id }) {
            let ends = ends(of: life, &notes)
            for end in ends + handOvers(of: life, after: ends) {
                guard let holder = end.holder else { continue }
                let subscription = externalID(of: life, at: holder)
                guard known.contains(subscription) else { continue }
                let id = ExternalID.cancellation(of: subscription, at: end.effective)
                // Two of one day are one.
                if let other = events[id], other.effective >= end.effective { continue }
                events[id] = EventBody(
                    externalID: id, kind: end.effective <= now ? .cancelled : .scheduled,
                    customer: ExternalID.customer(groups.customer(of: holder)), subscription: subscription,
                    date: min(end.told, end.effective), effective: end.effective)
            }
        }
        return events.values.sorted { ($0.effective, $0.externalID) < ($1.effective, $1.externalID) }
    }

    struct End: Hashable {
        var effective: Int64
        /// When Keap first said so.
        var told: Int64
        var holder: ContactID?
    }

    /// Where a subscription goes from one customer to another, the first one's ends.
    private func handOvers(of life: SubscriptionLife, after ends: [End]) -> [End] {
        zip(life.holders, life.holders.dropFirst()).compactMap { before, after in
            guard !groups.areOne(before.contact, after.contact) else { return nil }
            let hadEnded = ends.contains { end in
                end.effective <= after.time && end.holder == before.contact
                    && !life.bills.contains { $0.time >= end.effective && $0.time < after.time }
            }
            return hadEnded ? nil : End(effective: after.time, told: after.time, holder: before.contact)
        }
    }

    /// Ends that are to come or took effect, without those that were taken back or forgiven.
    private func ends(of life: SubscriptionLife, _ notes: inout [AttentionNote]) -> [End] {
        let gone = goneSince(life)
        let versions = versions(of: life, gone: gone)
        var times = versions.map { end(of: $0, life) }
        // Keap tells nothing more of one that is gone, so nothing of it is to come.
        if let gone, let last = times.indices.last { times[last] = min(times[last] ?? gone, gone) }
        var ends: [End] = []
        for (index, version) in versions.enumerated() {
            guard let end = times[index] else { continue }
            if index + 1 < versions.count {
                let changed = versions[index + 1].time
                let next = times[index + 1]
                // The same goes on, or it was put off or taken back before it came.
                guard next != end, end < changed else { continue }
                let isRevived = life.bills.contains { $0.time >= end && $0.time <= changed }
                if let next, next <= changed {
                    if !isRevived { continue }  // another date for the same end
                } else if !isRevived, isTakenBack(end, of: version, life, at: changed) {
                    continue
                }
            }
            if let bill = forgivingBill(end, of: version, life) {
                if index + 1 == versions.count, !isLive(version) { noteForgiven(life, bill, &notes) }
                continue
            }
            var first = index
            while first > 0, times[first - 1] == end { first -= 1 }
            ends.append(End(effective: end, told: versions[first].time, holder: life.holder(at: end)))
        }
        return ends
    }

    /// Since when it is gone, or its contact is.
    private func goneSince(_ life: SubscriptionLife) -> Int64? {
        life.facts.goneSince ?? life.holders.last.flatMap { facts.goneSince($0.contact) }
    }

    /// With what its disappearance makes of it: as if it were inactive from then on.
    private func versions(of life: SubscriptionLife, gone: Int64?) -> [SubscriptionVersion] {
        var versions = life.facts.versions
        guard var last = versions.last, let gone, isLive(last) else { return versions }
        (last.isActive, last.modified, last.readAt) = (false, nil, gone)
        versions.append(last)
        return versions
    }

    private func isLive(_ version: SubscriptionVersion) -> Bool {
        version.isActive && version.end.map { calendar.midnight(of: $0) > now } ?? true
    }

    /// When a subscription ends that Keap shows so; nil: it does not.
    private func end(of version: SubscriptionVersion, _ life: SubscriptionLife) -> Int64? {
        if let day = version.end {
            let date = calendar.midnight(of: day)
            guard settings.churnAt == .endOfPaidPeriod else { return date }
            return endOfPaidPeriod(life, until: date + BillingCalendar.dayLength - 1, billsOn: version.isActive) ?? date
        }
        guard !version.isActive else { return nil }
        let next = version.nextBill.map(calendar.midnight(of:))
        let paid = endOfPaidPeriod(life, until: version.time, billsOn: false)
        switch settings.inactiveWithoutEnd {
        case .nextBillDate: return next ?? paid ?? version.time
        case .whenSeen: return firstSeenInactive(version, life)
        case .endOfPaidPeriod: return paid ?? next ?? version.time
        }
    }

    /// Any later change of an inactive subscription leaves the time at which it became so.
    private func firstSeenInactive(_ version: SubscriptionVersion, _ life: SubscriptionLife) -> Int64 {
        var first = version
        for earlier in life.facts.versions.reversed() where earlier < version {
            if earlier.isActive { break }
            first = earlier
        }
        return first.time
    }

    /// The end of the period that was paid for last.
    ///
    /// - Parameter billsOn: it goes on billing until then, so periods to come count.
    private func endOfPaidPeriod(_ life: SubscriptionLife, until: Int64, billsOn: Bool) -> Int64? {
        let bills = life.bills.filter { $0.time <= until }
        guard let last = bills.last(where: { $0.payment.isPaid }) ?? bills.last else { return nil }
        var end = last.end
        guard billsOn else { return end }
        let anchor = life.facts.newest?.start
        for _ in 0..<1_000 where end <= until {
            end = calendar.end(ofPeriodFrom: end, last.interval, anchor: anchor)
        }
        return end
    }
}
