/// The fewest calls with which a trace could be delivered at all within its promises: whatever a person's message
/// changes is sent in the order accepted, no tag transition is hidden, and old tags are gone before new ones come.
///
/// A lower bound that no plan can always reach: each of its parts counts calls that every plan needs.
package struct LeastCalls: Equatable, Sendable {
    /// Each change is delivered before the next one comes, so that none can share calls.
    package private(set) var oneByOne = 0
    /// All changes may wait for each other and share calls.
    package private(set) var merged = 0
    /// The calls of each message if none waits for others, in their order.
    package private(set) var each: [Int] = []

    private var states: [String: Member] = [:]
    private var first: [String: Member] = [:]
    private var removals = TagEdits()
    private var additions = TagEdits()
    /// Calls that nothing can be merged into: a contact's own.
    private var own = 0
    private var shared = 0
    private var steps: [String: Int] = [:]

    package init(_ trace: Trace) {
        for (index, gym) in trace.gyms.enumerated() {
            for member in gym.members { states[Self.key(index, member)] = member }
        }
        first = states
        for message in trace.messages {
            let before = oneByOne
            switch message.content {
            case .member(let member), .imported(let member):
                let isNew = states[Self.key(message.gym, member)] == nil
                add(member, of: message.gym)
                // A person who is imported is not searched for: Keap's contacts are read by the thousand.
                each.append(oneByOne - before - (message.content.isImport && isNew ? 2 : 0))
            case .programDeleted(let program):
                delete(program, of: message.gym)
                each.append(oneByOne - before)
            }
        }
        // A contact's transitions follow each other, each in two calls at least.
        let longest = steps.values.max() ?? 0
        // Of field values that wait, only the last need ever be written.
        for (key, member) in states {
            if let before = first[key] { own += Self.writes(from: before, to: member) }
        }
        merged = own + shared + max(longest, removals.least + additions.least)
    }

    private static func key(_ gym: Int, _ member: Member) -> String { "\(gym)/\(member.id)" }

    private mutating func add(_ member: Member, of gym: Int) {
        let key = Self.key(gym, member)
        let before = states.updateValue(member, forKey: key)
        let old = before?.tags ?? []
        let (off, on) = (old.subtracting(member.tags), member.tags.subtracting(old))
        oneByOne += (off.isEmpty ? 0 : 1) + (on.isEmpty ? 0 : 1)
        steps[key, default: 0] += (off.isEmpty ? 0 : 1) + (on.isEmpty ? 0 : 1)
        removals.add(off, in: gym)
        additions.add(on, in: gym)
        guard let before else {
            // Created; and looked for first, by id and then by name, unless all contacts are known anyway.
            own += 1
            oneByOne += 3
            return
        }
        oneByOne += Self.writes(from: before, to: member)
    }

    /// A list is replaced as a whole, so what is foreign in it must be known: it is read, then written.
    private static func writes(from before: Member, to member: Member) -> Int {
        before.listed != member.listed ? 2 : (before.scalars != member.scalars ? 1 : 0)
    }

    private mutating func delete(_ program: Member.Program, of gym: Int) {
        var wearers: [String: Int] = [:]
        for (key, member) in states where key.hasPrefix("\(gym)/") {
            for standing in member.standings where standing.program.id == program.id {
                wearers[standing.status, default: 0] += 1
            }
            states[key]?.standings.removeAll { $0.program.id == program.id }
        }
        for count in wearers.values {
            // Pages of a thousand to know them, a hundred off at once, and the tag's new name.
            let calls = (count + 999) / 1_000 + (count + 99) / 100 + 1
            shared += calls
            oneByOne += calls
        }
    }
}

/// Tag edits of one direction. A call covers a hundred contacts of one tag, or all tags of one contact.
private struct TagEdits: Equatable {
    private var contactsByTag: [String: Int] = [:]
    private var groups: [[String]] = []

    /// The changes of one message to one contact.
    mutating func add(_ tags: Set<String>, in gym: Int) {
        guard !tags.isEmpty else { return }
        let tags = tags.map { "\(gym)/\($0)" }
        groups.append(tags)
        for tag in tags { contactsByTag[tag, default: 0] += 1 }
    }

    /// Each edit gets a weight such that no call covers more than 1 in all; then their sum is a bound (the dual of the
    /// covering problem). With `1 / most that a call could cover` of its own contact and of its tag, none does.
    var least: Int {
        let sum = groups.reduce(0.0) { sum, tags in
            tags.reduce(sum) { $0 + min(1 / Double(tags.count), 1 / Double(min(100, contactsByTag[$1]!))) }
        }
        return Int((sum - 1e-6).rounded(.up))
    }
}
