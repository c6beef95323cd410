import SeededRandom
import Testing

@testable import lockstep

struct DemoTests {
    private func bodies(_ town: DemoWorld) -> [[String]] { town.gyms.map { $0.messages.map(\.body) } }

    @Test func `one seed makes one day, another seed another`() {
        let one = DemoWorld(seed: 7, peoplePerGym: 12, editsPerGym: 20)
        #expect(bodies(one) == bodies(DemoWorld(seed: 7, peoplePerGym: 12, editsPerGym: 20)))
        #expect(bodies(one) != bodies(DemoWorld(seed: 8, peoplePerGym: 12, editsPerGym: 20)))
    }

    @Test func `random numbers follow the published sequence of SplitMix64`() {
        var random = SeededGenerator(seed: 0)
        #expect(random.next() == 0xE220_A839_7B1D_CDAF)
        #expect(random.next() == 0x6E78_9E6A_A1B9_65F4)
    }

    @Test func `each gym has its people and its edits, and one program is renamed, one deleted`() {
        let town = DemoWorld(seed: 1, peoplePerGym: 20, editsPerGym: 30)
        for gym in town.gyms {
            let bookings = gym.messages.count { if case .booking = $0.meaning { true } else { false } }
            #expect(gym.messages.count == 50 + bookings)
            #expect(bookings >= 10)
            let renamed = gym.messages.count { if case .programRenamed = $0.meaning { true } else { false } }
            let deleted = gym.messages.count { if case .programDeleted = $0.meaning { true } else { false } }
            #expect(renamed == 1 && deleted == 1)
            #expect(!gym.known.isEmpty && gym.known.count < 20)
        }
        #expect(Set(town.gyms.map(\.key)).count == 3)
    }

    @Test func `the model keeps the last word about each person, and the order of their statuses`() {
        var town = DemoWorld.Gym(id: "g", name: "G", key: "k", token: "t", secret: "s")
        town.messages = [
            message(about: "1", "Prospect"), message(about: "2", "Student"), message(about: "1", "Prospect"),
            message(about: "1", "Student"), message(about: "1", "Prospect"), message(about: "sick", "Student"),
        ]
        let model = DemoModel(town, leavingOut: "sick")
        #expect(Set(model.people.keys) == ["1", "2"])
        #expect(model.people["1"]?.statuses == ["Prospect", "Student", "Prospect"])
        #expect(model.people["1"]?.person.status == "Prospect")
        #expect(model.people["2"]?.statuses == ["Student"])
    }

    @Test func `the model knows tags by the renamed program, and none of a deleted one`() throws {
        var town = DemoWorld.Gym(id: "g", name: "G", key: "k", token: "t", secret: "s")
        let programs = ["p1": "CURRENT", "p2": "HOLD", "p3": "CANCELED"]
        town.messages = [
            message(about: "1", "Student", programs), program(.programRenamed(id: "p1", to: "Juniors")),
            program(.programDeleted(id: "p2")),
        ]
        let model = DemoModel(town, leavingOut: "")
        let person = try #require(model.people["1"]?.person)
        let names = ["p1": "Kids", "p2": "Open Mat", "p3": "Team"]
        #expect(
            model.tagNames(of: person, originally: names) == [
                "ZP Status: Student", "ZP Program: Juniors - CURRENT", "ZP Program: Team - CANCELED",
            ])
        #expect(model.deletedPrograms == ["p2"])
    }

    @Test func `of a booking the newest event counts, of all bookings of a customer the newest too`() {
        let ana = DemoCustomer(name: "Ana Ruiz", email: "ana@example.org")
        let first = DemoBookingStory.events(0, id: "A", of: ana, from: 0)
        let moved = DemoBookingStory.events(7, id: "B", of: ana, from: 4)
        var model = DemoBookingModel()
        for event in (first + moved).reversed() { model.note(event) }
        #expect(model.customers == [ana])
        #expect(
            model.tags(of: ana) == [
                "Completed", "Completed (Booking ID: A)", "Canceled by Customer (Booking ID: B)",
                "Rescheduled by Customer (Booking ID: BN)",
            ])
        #expect(model.tags(of: ana).allSatisfy(DemoBookingModel.isBookingTag))
        #expect(!DemoBookingModel.isBookingTag("ZP Status: Student") && !DemoBookingModel.isBookingTag("VIP"))
    }

    @Test func `a summary is good only if everything is as it should be`() {
        let good = DemoSummary(
            accepted: 10, delivered: 8, dead: 2, deadExpected: 2, calls: 20, overruns: 0, overlaps: 0,
            orderViolations: 0, duplicates: 0, seconds: 1, problems: [])
        #expect(good.isGood)
        #expect(good.text.contains("2.00 a change"))
        let faults: [WritableKeyPath<DemoSummary, Int>] = [
            \.delivered, \.dead, \.deadExpected, \.overruns, \.overlaps, \.orderViolations, \.duplicates,
        ]
        for fault in faults {
            var bad = good
            bad[keyPath: fault] += 1
            #expect(!bad.isGood)
        }
        var wrong = good
        wrong.problems = ["somebody wears the wrong tag"]
        #expect(!wrong.isGood)
        #expect(wrong.text.contains("somebody wears the wrong tag"))
    }

    private func message(about id: String, _ status: String, _ programs: [String: String] = [:]) -> DemoMessage {
        let person = DemoPerson(
            id: id, firstName: "", lastName: "", email: "", mobilePhone: "", birthDate: "", address1: "", city: "",
            state: "", zip: "", signupDate: "", prospectSource: "", status: status, programs: programs)
        return DemoMessage(meaning: .person(person), contentType: "", body: "")
    }

    private func program(_ meaning: DemoMessage.Meaning) -> DemoMessage {
        DemoMessage(meaning: meaning, contentType: "", body: "")
    }
}
