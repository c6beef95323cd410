import KeapSimulator

/// The tags of ours that each member must have in the end, from the messages alone.
struct ExpectedTags {
    private var members: [[String: Member]]

    init(_ trace: Trace) {
        members = trace.gyms.map { gym in Dictionary(uniqueKeysWithValues: gym.members.map { ($0.id, $0) }) }
        for message in trace.messages {
            switch message.content {
            case .member(let member), .imported(let member): members[message.gym][member.id] = member
            case .programDeleted(let program):
                for id in members[message.gym].keys {
                    members[message.gym][id]?.standings.removeAll { $0.program.id == program.id }
                }
            }
        }
    }

    func differences(from found: FoundTags, gym: Int) -> [String] {
        members[gym].values.sorted { $0.id < $1.id }.compactMap { member in
            guard let contacts = found.byEmail[member.email] else { return "\(member.id) is not in Keap" }
            guard contacts.count == 1 else { return "\(member.id) is in Keap \(contacts.count) times" }
            guard contacts[0] != member.tags else { return nil }
            return "\(member.id) has \(contacts[0].sorted()), not \(member.tags.sorted())"
        }
    }
}

/// The tags of ours that each contact has, and whether any ever had two that exclude each other.
struct FoundTags {
    private(set) var byEmail: [String: [Set<String>]] = [:]
    private(set) var disorders: [String] = []
    /// When each e-mail address' contact got each tag, in milliseconds since 1970, oldest first.
    private var applied: [String: [(tag: String, at: Int64)]] = [:]
    private var removed: [String: [(tag: String, at: Int64)]] = [:]

    init(_ account: Account) {
        let names = account.tags.mapValues(\.name)
        for contact in account.contacts.values {
            let tags = Set(contact.tags.keys.compactMap { names[$0] }.filter { $0.hasPrefix("ZP ") })
            for email in contact.emails { byEmail[email, default: []].append(tags) }
        }
        for contact in account.history.contacts {
            var status: Int?
            for event in account.history.events(of: contact) {
                if let email = account.contacts[contact]?.emails.first {
                    switch event.what {
                    case .tagApplied(let tag):
                        applied[email, default: []].append((names[tag] ?? "", event.at.milliseconds))
                    case .tagRemoved(let tag):
                        removed[email, default: []].append((names[tag] ?? "", event.at.milliseconds))
                    default: break
                    }
                }
                switch event.what {
                case .tagApplied(let tag) where names[tag]?.hasPrefix("ZP Status: ") == true:
                    if status != nil { disorders.append("contact \(contact) had two status tags at once") }
                    status = tag
                case .tagRemoved(let tag) where tag == status: status = nil
                default: break
                }
            }
        }
    }

    /// How long it took until a change of this person's tags was in Keap whole; nil if it never was.
    func wait(for change: TagChange, since began: Int64) -> Duration? {
        let sent = began + Int64(change.at / .milliseconds(1))
        let on = change.on.map { tag in applied[change.email]?.first { $0.tag == tag && $0.at >= sent }?.at }
        let off = change.off.map { tag in removed[change.email]?.first { $0.tag == tag && $0.at >= sent }?.at }
        guard !(on + off).contains(nil), let last = (on + off).compactMap({ $0 }).max() else { return nil }
        return .milliseconds(last - sent)
    }

    /// How long each message's status took to be worn. Leaves out messages that did not change it.
    func waits(for messages: [Trace.Message], since began: Int64) -> [Duration] {
        messages.compactMap { message in
            guard let member = message.content.member else { return nil }
            let sent = began + Int64(message.at / .milliseconds(1))
            let worn = applied[member.email]?.first { $0.tag == "ZP Status: \(member.status)" && $0.at >= sent }
            return worn.map { .milliseconds($0.at - sent) }
        }
    }
}

/// The changes of a message to a person's tags.
struct TagChange {
    /// Its number in the trace.
    var message: Int
    var at: Duration
    var email: String
    var off: Set<String>
    var on: Set<String>

    /// Those of one gym, without messages that change no tag.
    static func all(of trace: Trace, gym: Int) -> [TagChange] {
        var tags = Dictionary(uniqueKeysWithValues: trace.gyms[gym].members.map { ($0.id, $0.tags) })
        return trace.messages.enumerated().compactMap { number, message in
            guard message.gym == gym, let member = message.content.member else { return nil }
            let old = tags.updateValue(member.tags, forKey: member.id) ?? []
            guard old != member.tags else { return nil }
            return TagChange(
                message: number, at: message.at, email: member.email, off: old.subtracting(member.tags),
                on: member.tags.subtracting(old))
        }
    }
}
