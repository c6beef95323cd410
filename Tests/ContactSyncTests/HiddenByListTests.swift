@testable import ContactSync
import Keap
import Testing

/// A list of contacts that shifts while an import reads it.
@Suite struct HiddenByListTests {
    /// 30 people with IDs in Keap, read three a page; unless the list is steady, one of the first page is deleted once that
    /// was read.
    private func gym(isSteady: Bool = false) async throws -> Gym {
        let gym = try Gym()
        try await gym.connectForTests()
        let field = try #require(gym.keap.with { $0.fields.values.first { $0.label == "Zen Planner ID" }?.id })
        for number in 100..<130 {
            gym.keap.put("\(number)") { person in
                (person.given, person.family) = ("P\(number)", "Ruiz")
                person.emails = [EmailSlot(field: "EMAIL1", email: "p\(number)@example.org")]
                person.custom[field] = .string("id-\(number)")
            }
        }
        gym.keap.with { $0.pageSize = 3 }
        gym.searchesAhead.set(1_000)
        let keap = gym.keap
        guard !isSteady else { return gym }
        keap.onCall { call in
            // The second page begins one too late, so that contact 103 stands on none.
            if call.hasPrefix("page"), call != "page 1" { keap.with { $0.people[ContactID("100")] = nil } }
        }
        return gym
    }

    @Test(arguments: [103, 104, 110, 129])
    func `a person whom the list hid is searched for before they are made`(_ number: Int) async throws {
        let gym = try await gym()
        // With a new address, so that only the ID leads to the contact.
        let person = PersonSnapshot(
            sourceID: "id-\(number)",
            values: [
                .firstName: .value("P\(number)"), .lastName: .value("Ruiz"), .email: .value("new@example.org"),
            ])
        #expect(await gym.deliver(.person(person), job: 2, isImport: true, lane: "zp-\(number)").isDone)
        #expect(gym.keap.with { $0.people.count } == 29)
        #expect(gym.keap.person(ContactID("\(number)"))?.emails.first?.email == "new@example.org")
    }

    @Test func `where two readings of the list agree, a person whom Keap does not have is made without a search`()
        async throws
    {
        let gym = try await gym(isSteady: true)
        gym.keap.forgetCalls()
        #expect(
            await gym.deliver(.person(.ana { $0.sourceID = "zp-new" }), job: 2, isImport: true, lane: "zp-new")
                .isDone)
        #expect(gym.keap.with { $0.people.count } == 31)
        #expect(gym.keap.calls.count { $0 == "search" } == 0)
    }

    @Test func `a person whom Keap does not have is made after one search`() async throws {
        let gym = try await gym()
        gym.keap.forgetCalls()
        #expect(
            await gym.deliver(.person(.ana { $0.sourceID = "zp-new" }), job: 2, isImport: true, lane: "zp-new")
                .isDone)
        #expect(gym.keap.with { $0.people.count } == 30)
        #expect(gym.keap.calls.count { $0 == "search" } == 1)
    }
}

/// What Keap answers empty is not sent back as a value.
@Suite struct EmptyAnswerTests {
    struct Address: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var slot: AddressSlot
    }

    private static func address(_ name: String, _ field: String, _ change: (inout AddressSlot) -> Void) -> Address {
        var slot = AddressSlot(field: field)
        change(&slot)
        return Address(testDescription: name, slot: slot)
    }

    static let foreign: [Address] = [
        address("a region by name", "SHIPPING") { $0.region = "Arizona" },
        address("a country by name", "SHIPPING") { $0.country = "United States" },
        address("both by name", "OTHER") { ($0.region, $0.country) = ("Arizona", "United States") },
        address("a region of elsewhere", "OTHER") { ($0.region, $0.countryCode) = ("Bayern", "DEU") },
        address("codes", "OTHER") { ($0.regionCode, $0.countryCode) = ("US-AZ", "USA") },
        address("a zip code in two", "SHIPPING") { ($0.zipCode, $0.zipFour) = ("85001", "1234") },
        address("a postal code", "SHIPPING") { $0.postalCode = "85001" },
        address("lines only", "OTHER") { ($0.line1, $0.line2) = ("9 Far St", "Rear") },
        address("a city only", "OTHER") { $0.locality = "Tucson" },
        address("all of it", "SHIPPING") { slot in
            (slot.line1, slot.locality, slot.region, slot.country) = ("9 Far St", "Tucson", "Arizona", "United States")
        },
    ]

    @Test(arguments: foreign)
    func `an address that is not ours goes back as it came`(_ address: Address) async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        let id = try #require(gym.onlyContact)
        gym.keap.with { $0.people[id]!.addresses.append(address.slot) }
        #expect(await gym.deliver(.ana { $0.values[.address1] = .value("2 Side St") }, job: 2).isDone)
        let addresses = try #require(gym.keap.person(id)?.addresses)
        #expect(addresses.contains(address.slot))
        #expect(addresses.first { $0.field == "BILLING" }?.line1 == "2 Side St")
    }

    @Test func `our own region that Keap has by name only stays when a line changes`() async throws {
        let gym = try Gym()
        await gym.deliver(.ana())
        let id = try #require(gym.onlyContact)
        gym.keap.with { world in
            world.people[id]!.addresses[0].regionCode = nil
            world.people[id]!.addresses[0].region = "Arizona"
        }
        await gym.deliver(
            PersonSnapshot(sourceID: "zp-1", values: [.address1: .value("2 Side St")]), job: 2)
        let billing = try #require(gym.keap.person(id)?.addresses.first { $0.field == "BILLING" })
        #expect(billing.regionCode == "US-AZ" || billing.region == "Arizona")
        #expect(billing.line1 == "2 Side St")
    }
}
