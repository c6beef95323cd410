import KeapSimulator

/// What ChartMogul must show of one subscription in one customer's hands.
struct ExpectedCourse: Hashable, Sendable {
    struct Period: Hashable, Sendable {
        var from: Int64
        /// Nil while it goes on.
        var to: Int64?
        var monthly: Int
        var plan: String
    }

    var subscription: String
    /// One of the customer's names.
    var customer: String
    var periods: [Period] = []
    var churns: [Int64] = []
    var scheduled: [Int64] = []
    /// Of the times, the one that is seen at most so much later.
    var vanished: Int64?
    static let latest: Int64 = 2 * 86_400_000

    /// A time that was found, as the one that it stands for.
    func known(_ time: Int64) -> Int64 {
        if let vanished, (vanished...vanished + Self.latest).contains(time) { return vanished }
        return time
    }

    func monthly(at time: Int64) -> Int {
        periods.last { $0.from <= time && $0.to.map { time < $0 } ?? true }?.monthly ?? 0
    }
}

extension GymModel {
    func expected(at now: Int64) -> [ExpectedCourse] {
        members.flatMap { member -> [ExpectedCourse] in
            var ends = member.ends
            switch member.standing {
            case .paused(let day), .ending(let day), .unpaid(let day, _, _): ends.append(day * 86_400_000)
            case .active, .failing, .over: break
            }
            guard handsOver else {
                var course = Self.course(member.bills, ends, "keap-sub-\(member.subscription)", member.contact, now)
                course?.vanished = member.vanished
                return [course].compactMap { $0 }
            }
            return member.holders.enumerated().compactMap { index, holder in
                let until = index + 1 < member.holders.count ? member.holders[index + 1].time : .max
                let bills = member.bills.filter { $0.time >= (index == 0 ? 0 : holder.time) && $0.time < until }
                var mine = ends.filter { $0 < until && (index == 0 || $0 >= holder.time) }
                if until != .max { mine.append(until) }
                var course = Self.course(
                    bills, mine,
                    "keap-sub-\(member.subscription)" + (index == 0 ? "" : "~\(holder.contact)"), holder.contact, now)
                course?.vanished = member.vanished
                return course
            }
        }
    }

    /// Nil if nothing that counts was ever billed.
    private static func course(
        _ bills: [Bill], _ ends: [Int64], _ name: String, _ contact: Int, _ now: Int64
    ) -> ExpectedCourse? {
        let counting = bills.filter(\.counts).sorted { $0.time < $1.time }
        guard !counting.isEmpty else { return nil }
        var course = ExpectedCourse(subscription: name, customer: "keap-contact-\(contact)")
        let paid = counting.filter { !$0.isTrial }
        let past = ends.filter { $0 <= now }.sorted()
        for (index, bill) in paid.enumerated() {
            let next = index + 1 < paid.count ? paid[index + 1].time : nil
            let end = past.first { $0 > bill.time }
            let to = [next, end].compactMap { $0 }.min()
            course.periods.append(
                ExpectedCourse.Period(from: bill.time, to: to, monthly: monthly(bill), plan: plan(bill)))
            if let to, to != next { course.churns.append(to) }
        }
        course.scheduled = ends.filter { $0 > now }.sorted()
        return course
    }

    private static func plan(_ bill: Bill) -> String {
        let (count, unit) =
            switch bill.cycle {
            case .day: (bill.frequency, "day")
            case .week: (7 * bill.frequency, "day")
            case .month: (bill.frequency, "month")
            case .year: (bill.frequency, "year")
            }
        return "keap-plan-\(bill.plan)-\(unit)-\(count)"
    }

    /// Rounded half up; no amount here is negative.
    private static func monthly(_ bill: Bill) -> Int {
        func divided(_ number: Int, _ by: Int) -> Int { (2 * number + by) / (2 * by) }
        switch bill.cycle {
        case .day: return divided(bill.net * 365, 12 * bill.frequency)
        case .week: return divided(bill.net * 365, 12 * 7 * bill.frequency)
        case .month: return divided(bill.net, bill.frequency)
        case .year: return divided(bill.net, 12 * bill.frequency)
        }
    }
}
