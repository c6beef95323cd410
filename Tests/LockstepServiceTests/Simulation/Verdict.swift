import KeapSimulator
import DeterministicSimulation

/// What a simulated Keap has to show for the messages that were acknowledged.
struct Verdict {
    let keap: SimulatedKeapSide
    let people: [SimulatedPerson]
    let book: MessageBook
    let losesPower: Bool

    var all: [String] {
        let world = keap.world
        var breaches: [String] = []
        if world.audit.violationCount > 0 {
            breaches.append("two requests for one contact at once: \(world.audit.violations)")
        }
        if world.audit.throttledCount > 0 { breaches.append("\(world.audit.throttledCount) requests over the limit") }
        for person in people { breaches += check(person) }
        return breaches
    }

    private func check(_ person: SimulatedPerson) -> [String] {
        let account = keap.account
        let lines = book.lines(of: person.number)
        let contacts = account.contacts.values.filter { contact in
            (contact.lists["phone_numbers"] ?? []).contains { phone in
                (phone.attributes["number"] ?? "").filter(\.isNumber) == person.phone.filter(\.isNumber)
            }
        }.map(\.id).sorted()
        guard contacts.count <= 1 else { return ["person \(person.number) is \(contacts.count) contacts: \(contacts)"] }
        guard let contact = contacts.first else {
            return lines.contains { $0.isAcknowledged } ? ["person \(person.number) is nobody in Keap"] : []
        }
        var (worn, shown): ([String], [String]) = ([], [])
        for event in account.history.events(of: contact) {
            switch event.what {
            case .tagApplied(let tag):
                guard let status = status(tag, account) else { continue }
                if !worn.isEmpty { return ["person \(person.number) wore \(worn) when \(status) came"] }
                worn.append(status)
                shown.append(status)
            case .tagRemoved(let tag): worn.removeAll { $0 == status(tag, account) }
            default: break
            }
        }
        guard losesPower ? isPossible(worn, after: lines) : isPossible(shown, lines) else {
            return ["person \(person.number) showed \(shown) and wears \(worn) after \(lines.map(\.said))"]
        }
        return []
    }

    private func status(_ tag: Int, _ account: Account) -> String? {
        guard let name = account.tags[tag]?.name, name.hasPrefix("ZP Status: ") else { return nil }
        return String(name.dropFirst("ZP Status: ".count))
    }

    /// Whether an uninterrupted run could have shown this: each acknowledged status in its turn, each that was not
    /// acknowledged perhaps, and none twice in a row.
    private func isPossible(_ shown: [String], _ lines: [MessageBook.Line]) -> Bool {
        // How many of `shown` may have been used up when a line is reached.
        var reached: Set<Int> = [0]
        for line in lines {
            var next: Set<Int> = []
            for count in reached {
                if !line.isAcknowledged { next.insert(count) }
                if count > 0, shown[count - 1] == line.status { next.insert(count) }
                if count < shown.count, shown[count] == line.status { next.insert(count + 1) }
            }
            reached = next
        }
        return reached.contains(shown.count)
    }

    /// After a loss of power what was done in the last moment may be done once more; in the end it is the last that counts.
    private func isPossible(_ worn: [String], after lines: [MessageBook.Line]) -> Bool {
        let last = lines.lastIndex { $0.isAcknowledged }
        let candidates = lines[(last ?? 0)...].map(\.status)
        return worn.count <= 1 && (worn.first.map { candidates.contains($0) } ?? (last == nil))
    }
}

extension MessageBook.Line {
    fileprivate var said: String { isAcknowledged ? status : "(\(status))" }
}
