import KeapSimulator
import Testing

@testable import LockstepService

/// What `check` tells of a gym with bookings, over a simulated Keap on loopback.
struct CheckupTests {
    private func checkup(
        _ onceHub: String, hasAppointments: Bool = true, faults: [FaultRule] = []
    ) async throws -> (Checkup, calls: Int) {
        var options = SimulatedKeap.Options()
        options.world.faults = faults
        options.world.accounts = [
            AccountSetup(
                key: "KeapAK-one", appName: "one",
                users: [User(id: 3, givenName: "Olive", familyName: "Owner", email: "olive@example.com")],
                hasAppointments: hasAppointments)
        ]
        let keap = SimulatedKeap(options)
        let port = try keap.start()
        let configuration = try read(
            """
            {"gyms": [{"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:\(port)/crm/rest", "key": "KeapAK-one"},
              "onceHub": {"secret": "0123456789"\(onceHub.isEmpty ? "" : ", " + onceHub)}}]}
            """)
        let checkups = await Checkup.run(configuration)
        let calls = keap.change { world, _ in world.audit.total }
        await keap.stop()
        return (try #require(checkups.first), calls)
    }

    @Test(.timeLimit(.minutes(1)))
    func `the steps are read back beside what Keap has, and nothing is made`() async throws {
        let (checkup, calls) = try await checkup("")
        #expect(checkup.isFine, "\(checkup.problems)")
        #expect(checkup.settings.contains("Each booking becomes an appointment in Keap's calendar."))
        #expect(checkup.settings.contains("A new contact becomes the booking owner's."))
        #expect(
            checkup.wouldCreate == [#"the tag category "OnceHub""#, #"the lead source category "OnceHub""#])
        #expect(calls == 7)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a mapping to a field that Keap does not have is a problem`() async throws {
        let (checkup, _) = try await checkup(
            #""mapping": [{"from": "note", "to": "custom.Goal"}, {"from": "reason", "to": "custom.Why", "type": "TextArea"}]"#,
            hasAppointments: false)
        #expect(checkup.problems == [#"mapping: Keap has no custom field "Goal"."#])
        #expect(checkup.wouldCreate.contains(#"the custom field "Why" (TEXT_AREA)"#))
        #expect(checkup.settings.contains { $0.hasPrefix("Bookings make no appointments, since this Keap account") })
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            (400, #"{"message":"contact_id is invalid"}"#), (404, #"{"message":"Contact with id 0 not found"}"#),
            (422, "{}"),
        ])
    func `a Keap that minds the contact that there never is has a calendar all the same`(
        status: Int, body: String
    ) async throws {
        let rule = FaultRule(.status(status, body: body), match: FaultMatch(path: "^/v1/appointments"))
        let (checkup, _) = try await checkup("", faults: [rule])
        #expect(checkup.isFine, "\(checkup.problems)")
        #expect(checkup.settings.contains("Each booking becomes an appointment in Keap's calendar."))
    }
}
