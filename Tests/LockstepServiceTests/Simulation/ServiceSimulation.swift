import Clocks
import Foundation
import KeapSimulator
import EmbeddedHTTP
import FileJournal
import DurableQueue
import DeterministicSimulation
import Synchronization
import Testing

@testable import LockstepService

/// The whole service but its sockets, on a simulated machine that dies again and again, writing to a simulated Keap whose
/// answers get lost; all of it drawn from a seed.
struct ServiceSimulation: Sendable {
    let seed: UInt64

    struct Outcome: Sendable, Equatable {
        var breaches: [String] = []
        var kills = 0
        var powerLosses = 0
        var calls = 0
        var messages = 0
    }

    private static let statuses = ["Prospect", "Student", "Hold", "Alumni"]

    func run() throws -> Outcome {
        try simulate(seed: seed) { simulation in
            var chance = simulation.random(1)
            let keap = SimulatedKeapSide(seed: seed, trouble: [0, 12, 25].randomElement(using: &chance)!)
            var people = (0..<Int.random(in: 2...4, using: &chance)).map { SimulatedPerson(number: $0, &chance) }
            if Int.random(in: 0..<2, using: &chance) == 0 {
                // Two of them have one name and address, and Keap may know one such contact.
                (people[0].hasAddress, people[0].hasFamilyName) = (true, true)
                people[1] = people[0].namesake(number: 1)
                if Bool.random(using: &chance) { keap.plant(people[0].contact) }
            }
            let book = MessageBook()
            var outcome = Outcome()
            var files = SimulatedFileSystem(seed: seed)
            let lives = Int.random(in: 2...4, using: &chance)
            for life in 0...lives {
                let isLast = life == lives
                if isLast {
                    keap.endTrouble()
                } else {
                    files.faults.powerFailsAt = files.changes + Int.random(in: 10..<140, using: &chance)
                }
                let everybody = people
                let machine = SimulatedMachine(simulation: simulation, files: files, keap: keap)
                try await machine.live { [files] service in
                    await send(everybody, to: service, book, simulation, files, life: life)
                    if isLast { try await machine.drain(service) }
                }
                guard !isLast else { break }
                files.failPower()
                // What was on the wire arrives, or does not, before anybody else comes.
                try await simulation.clock.sleep(for: .seconds(1))
                let losesPower = Int.random(in: 0..<3, using: &chance) == 0
                outcome.kills += losesPower ? 0 : 1
                outcome.powerLosses += losesPower ? 1 : 0
                files = losesPower ? files.crash() : files.kill()
            }
            outcome.calls = keap.world.audit.total
            outcome.messages = book.count
            outcome.breaches = Verdict(keap: keap, people: people, book: book, losesPower: outcome.powerLosses > 0).all
            return outcome
        }
    }

    /// Everybody's messages, each after the one before it was answered.
    private func send(
        _ people: [SimulatedPerson], to service: Service, _ book: MessageBook, _ simulation: Simulation,
        _ files: SimulatedFileSystem, life: Int
    ) async {
        await withTaskGroup(of: Void.self) { group in
            for person in people {
                group.addTask {
                    var chance = simulation.random(UInt64(life) << 8 | UInt64(person.number) | 1 << 32)
                    for _ in 0..<Int.random(in: 1...4, using: &chance) where !files.isOff {
                        // Nobody cancels these tasks.
                        try? await simulation.clock.sleep(for: .milliseconds(Int.random(in: 0...900, using: &chance)))
                        let status = Self.statuses.randomElement(using: &chance)!
                        let answer = await service.answer(person.message(status))
                        // An answer that a dead machine gives is heard by nobody.
                        book.add(status, of: person.number, isAcknowledged: answer.status == 202 && !files.isOff)
                    }
                }
            }
        }
    }
}

struct SimulatedPerson: Sendable {
    private(set) var number: Int
    var hasAddress: Bool
    var hasFamilyName: Bool
    /// Whose name and address it has: mostly its own.
    private var name: Int

    init(number: Int, _ chance: inout some RandomNumberGenerator) {
        self.number = number
        name = number
        hasAddress = Int.random(in: 0..<4, using: &chance) > 0
        hasFamilyName = Int.random(in: 0..<4, using: &chance) > 0
    }

    /// Another person of the same name and address.
    func namesake(number: Int) -> SimulatedPerson {
        var other = self
        other.number = number
        return other
    }

    /// What nobody else has.
    var phone: String { "303-555-010\(number)" }

    /// As it may stand in Keap before anything is said of it.
    var contact: String {
        #"{"given_name": "First\#(name)", "family_name": "Last\#(name)", "email_addresses": "#
            + #"[{"field": "EMAIL1", "email": "person\#(name)@example.org"}]}"#
    }

    func message(_ status: String) -> HTTPRequest {
        var fields = [
            "personId": "zp-\(number)", "firstName": "First\(name)", "mobilePhone": phone, "status": status,
        ]
        if hasAddress { fields["email"] = "person\(name)@example.org" }
        if hasFamilyName { fields["lastName"] = "Last\(name)" }
        let form = fields.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "zenplanner", "token"],
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Array(form.joined(separator: "&").utf8))
    }
}

extension HTTPAnswer {
    var status: Int { if case .response(let response) = self { response.status } else { 0 } }
}

/// Who was told what, in the order of each person.
final class MessageBook: Sendable {
    struct Line: Sendable {
        var status: String
        /// Else it may have been taken, or not.
        var isAcknowledged: Bool
    }

    private let lines = Mutex<[Int: [Line]]>([:])
    func add(_ status: String, of person: Int, isAcknowledged: Bool) {
        lines.withLock { $0[person, default: []].append(Line(status: status, isAcknowledged: isAcknowledged)) }
    }
    func lines(of person: Int) -> [Line] { lines.withLock { $0[person] ?? [] } }
    var count: Int { lines.withLock { $0.values.reduce(0) { $0 + $1.count } } }
}
