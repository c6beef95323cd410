import SeededRandom
import DeterministicSimulation

/// The traces of the benchmark. Each is the same for the same seed, and smaller on demand, for tests.
package enum Traces {
    /// 500 people, and what happens to them on a day when nothing special does: visits change a status now and then,
    /// a person moves or gets a new number, a few sign up, and Zen Planner repeats itself.
    package static func quietDay(people: Int = 500, messages count: Int = 240, seed: UInt64 = 1) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", people, &random)
        var members = gym.members
        var messages: [Trace.Message] = []
        // From six to twenty-two, each at a time of its own.
        let times = (0..<count).map { _ in Duration.seconds(Int.random(in: 21_600..<79_200, using: &random)) }.sorted()
        for at in times {
            if Int.random(in: 0..<20, using: &random) == 0 {
                members.append(member(members.count, of: gym.id, &random))
                messages.append(.init(at: at, gym: 0, content: .member(members[members.count - 1])))
                continue
            }
            let index = Int.random(in: members.indices, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2: break  // said again
            case 3...5: members[index].status = other(than: members[index].status, &random)
            case 6, 7:
                let status = ["CURRENT", "HOLD", "CANCELED"].randomElement(using: &random)!
                if !members[index].standings.isEmpty { members[index].standings[0].status = status }
            case 8: members[index].mobilePhone = "720-555-\(Int.random(in: 1_000...9_999, using: &random))"
            default: members[index].birthDate = "1970-01-\(Int.random(in: 10...28, using: &random))"
            }
            messages.append(.init(at: at, gym: 0, content: .member(members[index])))
        }
        return Trace(
            "quiet day", "a day of a gym with \(people) people, \(count) messages", gyms: [gym], messages: messages)
    }

    /// Memberships begin and end with the month: the status of most people changes at once.
    ///
    /// - Parameter seconds: over which the messages come.
    package static func firstOfMonth(people: Int = 2_000, seconds: Int = 20, seed: UInt64 = 2) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", people, &random)
        var messages: [Trace.Message] = []
        for (number, old) in gym.members.enumerated() where Int.random(in: 0..<10, using: &random) < 9 {
            var member = old
            member.status = other(than: old.status, &random)
            messages.append(
                .init(
                    at: .seconds(300) + .milliseconds(number * seconds * 1_000 / people), gym: 0,
                    content: .member(member)))
        }
        return Trace(
            "first of the month", "\(messages.count) of \(people) people change their status within \(seconds) seconds",
            gyms: [gym], messages: messages)
    }

    /// A gym's whole list of people is brought in; half as many others are in Keap already, unknown to Lockstep.
    package static func firstImport(people: Int = 10_000, seed: UInt64 = 3) -> Trace {
        var random = SeededGenerator(seed: seed)
        let all = gym("downtown", people, &random)
        let gym = Trace.Gym(id: all.id, strangers: people / 2)
        let messages = all.members.map { Trace.Message(at: .zero, gym: 0, content: .imported($0)) }
        return Trace(
            "first import", "\(people) people are imported, beside \(people / 2) contacts in Keap", gyms: [gym],
            messages: messages)
    }

    /// People whose status goes to and fro, faster than the budget allows to follow.
    package static func flapping(people: Int = 300, times: Int = 10, seed: UInt64 = 4) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", people, &random)
        var members = gym.members
        var messages: [Trace.Message] = []
        for round in 0..<times {
            for index in members.indices {
                members[index].status = other(than: members[index].status, &random)
                let at = Duration.seconds(3_600 + round * 20) + .milliseconds(index * 20_000 / people)
                messages.append(.init(at: at, gym: 0, content: .member(members[index])))
            }
        }
        return Trace(
            "flapping people", "\(people) people change their status \(times) times, every 20 seconds", gyms: [gym],
            messages: messages)
    }

    /// A program with very many members is deleted.
    package static func programDeleted(wearers: Int = 3_000, seed: UInt64 = 5) -> Trace {
        var random = SeededGenerator(seed: seed)
        var gym = gym("downtown", wearers, &random)
        let program = Member.Program("kickboxing", "Kickboxing")
        for index in gym.members.indices { gym.members[index].standings = [.init(program: program, status: "CURRENT")] }
        let messages = [Trace.Message(at: .seconds(60), gym: 0, content: .programDeleted(program))]
        return Trace(
            "program deleted", "a program is deleted that \(wearers) people wear the tag of", gyms: [gym],
            messages: messages)
    }

    /// Gyms behind one OAuth client: one of them sends a flood, and each of the others a change now and then meanwhile.
    package static func chain(gyms count: Int = 50, people: Int = 20, flood: Int = 20_000, seed: UInt64 = 6) -> Trace {
        var random = SeededGenerator(seed: seed)
        var gyms = (0..<count).map { gym("gym\($0)", people, &random) }
        gyms[0] = gym("gym0", flood, &random)
        var messages: [Trace.Message] = []
        for old in gyms[0].members {
            var member = old
            // One field of one person each, which nothing can be merged into.
            member.birthDate = "2001-02-03"
            messages.append(.init(at: .seconds(3_600), gym: 0, content: .member(member)))
        }
        let others = max(1, count - 1)
        for number in 0..<(3 * others) where count > 1 {
            let gym = 1 + number % others
            var member = gyms[gym].members[number / others]
            member.status = other(than: member.status, &random)
            messages.append(.init(at: .seconds(3_660 + number * 3), gym: gym, content: .member(member)))
        }
        return Trace(
            "chain", "\(count) gyms behind one client, one with \(flood) changes waiting", gyms: gyms, client: "chain",
            messages: messages)
    }

    /// The visitors of an open day all sign up at once. Tags and members are there already.
    ///
    /// - Parameters:
    ///   - programs: how many programs there are, of which each of them joins one.
    ///   - statuses: how many statuses, of which each of them has one.
    package static func newPeople(
        _ count: Int = 120, programs: Int = 3, statuses: Int = 3, seed: UInt64 = 7
    ) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", 20, &random)
        var messages = newcomers(count, to: gym, at: .seconds(300), &random)
        if programs < Self.programs.count || statuses < Self.statuses.count {
            for index in messages.indices {
                guard case .member(var member) = messages[index].content else { continue }
                member.status = Self.statuses[index % statuses]
                member.standings = [.init(program: Self.programs[index % programs], status: "CURRENT")]
                messages[index].content = .member(member)
            }
        }
        return Trace(
            "\(count) new people", "\(count) people sign up within half a second, \(programs * statuses) pairs of tags",
            gyms: [gym], messages: messages)
    }

    /// A crowd of new people, and 10 s after them a member's change of status.
    package static func memberAfterCrowd(_ count: Int = 300, seed: UInt64 = 8) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", 20, &random)
        var messages = newcomers(count, to: gym, at: .seconds(300), &random)
        var member = gym.members[0]
        member.status = other(than: member.status, &random)
        messages.append(.init(at: .seconds(310), gym: 0, content: .member(member)))
        return Trace(
            "member after crowd", "\(count) people sign up, and 10 s later a member changes the status", gyms: [gym],
            messages: messages)
    }

    /// New people and members' changes of status, one after the other.
    package static func mixedCrowd(_ count: Int = 60, seed: UInt64 = 9) -> Trace {
        var random = SeededGenerator(seed: seed)
        let gym = gym("downtown", count, &random)
        let new = newcomers(count, to: gym, at: .seconds(300), &random)
        let messages = zip(new, gym.members).flatMap { new, old in
            var member = old
            member.status = other(than: old.status, &random)
            return [new, Trace.Message(at: new.at, gym: 0, content: .member(member))]
        }
        return Trace(
            "mixed crowd", "\(count) people sign up while \(count) members change their status", gyms: [gym],
            messages: messages)
    }

    // MARK: People

    /// Two milliseconds apart.
    private static func newcomers(
        _ count: Int, to gym: Trace.Gym, at begin: Duration, _ random: inout SeededGenerator
    ) -> [Trace.Message] {
        (0..<count).map { number in
            let member = member(gym.members.count + number, of: gym.id, &random)
            return .init(at: begin + .milliseconds(2 * number), gym: 0, content: .member(member))
        }
    }

    private static let statuses = ["Student", "Prospect", "Alumni"]
    private static let programs = [
        Member.Program("p1", "Foundations"), Member.Program("p2", "Kids"), Member.Program("p3", "Open Mat"),
    ]

    private static func gym(_ id: String, _ people: Int, _ random: inout SeededGenerator) -> Trace.Gym {
        Trace.Gym(id: id, members: (0..<people).map { member($0, of: id, &random) })
    }

    private static func member(_ number: Int, of gym: String, _ random: inout SeededGenerator) -> Member {
        Member(
            number, of: gym, status: statuses.randomElement(using: &random)!,
            standings: [.init(program: programs.randomElement(using: &random)!, status: "CURRENT")])
    }

    private static func other(than status: String, _ random: inout SeededGenerator) -> String {
        statuses.filter { $0 != status }.randomElement(using: &random)!
    }
}
