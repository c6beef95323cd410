import Connectors
@testable import ContactSync
import Keap
import Testing

@Suite struct AppointmentTests {
    private static let start = KeapTime("2026-03-05T15:00:00Z")!

    private func plan(_ change: (inout AppointmentPlan) -> Void = { _ in }) -> AppointmentPlan {
        var plan = AppointmentPlan(
            title: "Intro", description: "Booking B-1", location: "Hall", start: AppointmentTests.start,
            end: AppointmentTests.start.advanced(byMinutes: 30), owner: "olive@example.com")
        change(&plan)
        return plan
    }

    private func gym() async throws -> Gym {
        let gym = try Gym()
        gym.keap.with { world in
            world.users = [
                KeapUser(id: UserID("3"), givenName: "Olive", familyName: "Owner", emails: ["olive@example.com"])
            ]
        }
        try await gym.connectForTests()
        await gym.deliver { _ in }
        gym.keap.forgetCalls()
        return gym
    }

    private func held(_ gym: Gym) -> [AppointmentBody] { gym.keap.with { Array(($0.appointments ?? [:]).values) } }

    private func want(_ gym: Gym, job: UInt64, _ what: AppointmentRequest.What...) async -> Delivery {
        await gym.deliver(job: job) { wanted in
            wanted.appointments = what.enumerated().map { AppointmentRequest(key: "B-\($0.offset + 1)", $0.element) }
        }
    }

    @Test func `an appointment is made once, moved when it moves, and deleted when it is off`() async throws {
        let gym = try await gym()
        #expect(await want(gym, job: 2, .hold(plan())).notes == [])
        #expect(gym.keap.calls == ["users", "create appointment"])
        #expect(held(gym).map(\.user) == [UserID("3")])
        gym.keap.forgetCalls()
        #expect(await want(gym, job: 3, .hold(plan())).notes == [])
        try gym.restart()
        #expect(await want(gym, job: 4, .hold(plan())).notes == [])
        #expect(gym.keap.calls == [])

        let later = plan { $0.start = $0.start.advanced(byMinutes: 15) }
        #expect(await want(gym, job: 5, .hold(later)).notes == [])
        #expect(held(gym).map(\.start) == [later.start])
        #expect(gym.keap.calls.filter { $0.contains("appointment") }.count == 1)
        gym.keap.forgetCalls()
        #expect(await want(gym, job: 6, .drop).notes == [])
        #expect(held(gym) == [])
        #expect(await want(gym, job: 7, .drop).notes == [])
        #expect(gym.keap.calls.count == 1)
    }

    @Test func `a new contact comes before its appointment`() async throws {
        let gym = try Gym()
        #expect(await want(gym, job: 1, .hold(plan { $0.owner = nil })).notes == [])
        #expect(gym.keap.calls.suffix(2) == ["create EmailAndName", "create appointment"])
        #expect(held(gym).map(\.contact) == [gym.onlyContact])
    }

    @Test func `one that has taken place stays, and is forgotten`() async throws {
        let gym = try await gym()
        _ = await want(gym, job: 2, .hold(plan()))
        gym.keap.forgetCalls()
        _ = await want(gym, job: 3, .leave)
        #expect(held(gym).count == 1)
        #expect(gym.keap.calls == [])
        #expect(try gym.mirror("cara").appointments.isEmpty)
    }

    @Test func `an edition without appointments is asked once, and the booking is delivered`() async throws {
        let gym = try await gym()
        gym.keap.with { $0.appointments = nil }
        let first = await want(gym, job: 2, .hold(plan { $0.owner = nil }))
        #expect(
            first.notes == [
                "This Keap account takes no appointments, so none are made until the next start: this edition has no appointments"
            ])
        gym.keap.forgetCalls()
        #expect(await want(gym, job: 3, .hold(plan { $0.title = "Other" })).notes == [])
        #expect(gym.keap.calls == [])
        try gym.restart()
        gym.keap.with { $0.appointments = [:] }
        #expect(await want(gym, job: 4, .hold(plan { $0.owner = nil })).notes == [])
        #expect(held(gym).count == 1)
    }

    @Test func `one that somebody deleted in Keap is made again if it moves, and left if it is off`() async throws {
        let gym = try await gym()
        _ = await want(gym, job: 2, .hold(plan()), .hold(plan { $0.description = "Booking B-2" }))
        gym.keap.with { $0.appointments = [:] }
        let moved = plan { $0.title = "Moved" }
        #expect(await want(gym, job: 3, .hold(moved), .drop).notes == [])
        #expect(held(gym).map(\.title) == ["Moved"])
    }

    @Test func `an appointment that Keap refuses is told of, and not sent again as it is`() async throws {
        let gym = try await gym()
        gym.keap.with { $0.faults = [1: .refused] }
        #expect(await want(gym, job: 2, .hold(plan())).notes == ["Keap refused the appointment for B-1: no"])
        gym.keap.with { $0.faults = [:] }
        gym.keap.forgetCalls()
        _ = await want(gym, job: 3, .hold(plan()))
        #expect(gym.keap.calls == [])
        #expect(await want(gym, job: 4, .hold(plan { $0.title = "Other" })).notes == [])
        #expect(held(gym).map(\.title) == ["Other"])
    }

    @Test func `an owner who is no user leaves the appointment to the key's own user`() async throws {
        let gym = try await gym()
        #expect(await want(gym, job: 2, .hold(plan { $0.owner = "nobody@example.com" })).notes == [])
        #expect(held(gym).map(\.user) == [nil])
    }

    @Test(arguments: [FakeKeap.Fault.unavailable, .doneUnclear, .notDoneUnclear, .diesAfter, .diesBefore])
    func `failing at any call makes no appointment twice and loses none`(fault: FakeKeap.Fault) async throws {
        let life: [Change] = [
            [AppointmentRequest(key: "B-1", .hold(plan()))],
            [AppointmentRequest(key: "B-1", .hold(plan { $0.start = $0.start.advanced(byMinutes: -60) }))],
            [
                AppointmentRequest(key: "B-1", .drop),
                AppointmentRequest(key: "B-2", .hold(plan { $0.description = "Booking B-2" })),
            ],
        ].map { wishes in .contact(SourceForTests { $0.appointments = wishes }) }
        func live(_ gym: Gym) async throws {
            for (index, change) in life.enumerated() {
                let delivery = try await gym.run(change, job: UInt64(index + 2), lane: "cara")
                #expect(delivery?.isDone == true)
                #expect(held(gym).count == 1, "after job \(index + 2)")
            }
        }
        let plain = try await gym()
        try await live(plain)
        #expect(plain.keap.calls.count == 5)
        for index in plain.keap.calls.indices {
            let gym = try await gym()
            gym.keap.with { $0.faults = [index: fault] }
            try await live(gym)
            #expect(held(gym).map(\.description) == ["Booking B-2"], "\(fault) at \(plain.keap.calls[index])")
        }
    }

    @Test func `a contact of many bookings keeps a bounded memory of them`() async throws {
        let gym = try await gym()
        for number in 1...60 {
            await gym.deliver(
                SourceForTests { wanted in
                    let plan = plan { plan in
                        plan.start = plan.start.advanced(byMinutes: Int64(number) * 60)
                        plan.end = plan.start.advanced(byMinutes: 30)
                    }
                    wanted.appointments = [AppointmentRequest(key: "B-\(number)", .hold(plan))]
                }, job: UInt64(number + 1))
        }
        let kept = try gym.mirror("cara").appointments
        #expect(kept.count == Mirror.mostAppointments)
        #expect(kept["B-60"] != nil && kept["B-1"] == nil)
    }

    // MARK: Whatever becomes of the contact

    private func mood(_ word: String) -> TagRequest { TagRequest(.status, worn: [.status(word)]) }

    /// A contact that wears a tag of ours and has an appointment.
    private func gymWithAppointment() async throws -> (Gym, ContactID) {
        let gym = try await gym()
        await gym.deliver(job: 2) { wanted in
            wanted.tags = [mood("Glad")]
            wanted.appointments = [AppointmentRequest(key: "B-1", .hold(plan()))]
        }
        #expect(held(gym).count == 1)
        return (gym, try #require(gym.onlyContact))
    }

    /// A contact that somebody merged into another, whose own tags it keeps.
    private func merge(_ contact: ContactID, into survivor: ContactID, _ gym: Gym) {
        gym.keap.with { world in
            var person = world.people.removeValue(forKey: contact)
            person?.tags = []
            world.people[survivor] = person
        }
    }

    private var moved: AppointmentPlan { plan { $0.start = $0.start.advanced(byMinutes: 15) } }

    @Test func `a contact that is met again because a tag was gone keeps its appointments`() async throws {
        for what in [AppointmentRequest.What.hold(moved), .drop] {
            let (gym, contact) = try await gymWithAppointment()
            gym.keap.with { world in
                for tag in world.tags.values where tag.name == "ZP Status: Glad" {
                    world.tags[tag.id] = nil
                    world.people[contact]?.tags.remove(tag.id)
                }
            }
            let delivery = await gym.deliver(job: 3) { wanted in
                wanted.tags = [mood("Sad")]
                wanted.appointments = [AppointmentRequest(key: "B-1", what)]
            }
            #expect(delivery.notes == [])
            #expect(gym.keap.calls.contains("read \(contact)"), "the contact was met again")
            #expect(held(gym).map(\.start) == (what == .drop ? [] : [moved.start]))
        }
    }

    @Test func `so does one that was merged into another`() async throws {
        for what in [AppointmentRequest.What.hold(moved), .hold(plan()), .drop] {
            let (gym, contact) = try await gymWithAppointment()
            merge(contact, into: ContactID("900"), gym)
            let delivery = await gym.deliver(job: 3) { wanted in
                wanted.tags = [mood("Sad")]
                wanted.appointments = [AppointmentRequest(key: "B-1", what)]
            }
            #expect(delivery.notes == [])
            #expect(gym.onlyContact == ContactID("900"))
            #expect(held(gym).map(\.contact) == (what == .drop ? [] : [ContactID("900")]))
        }
    }

    @Test func `one that Keap deleted with its contact is made for the new one`() async throws {
        let (gym, _) = try await gymWithAppointment()
        gym.keap.with { world in
            world.people = [:]
            world.appointments = [:]
        }
        await gym.deliver(job: 3) { wanted in
            wanted.tags = [mood("Sad")]
            wanted.appointments = [AppointmentRequest(key: "B-1", .hold(plan()))]
        }
        #expect(held(gym).map(\.contact) == [try #require(gym.onlyContact)])
    }

    @Test func `two lanes that become one know the appointments of both`() {
        func mirror(_ contact: String, _ key: String, from hour: Int64) -> Mirror {
            var mirror = Mirror()
            mirror.contact = ContactID(contact)
            for number in 0..<40 {
                mirror.appointments["\(key)-\(number)"] = HeldAppointment(
                    state: .held, id: AppointmentID("\(hour)\(number)"), digest: "x", start: hour + Int64(number))
            }
            return mirror
        }
        for other in ["7", "8"] {
            let merged = Mirror.merge(mirror("7", "A", from: 1_000), mirror(other, "B", from: 2_000))
            #expect(merged.appointments.count == Mirror.mostAppointments)
            #expect(merged.appointments["B-0"]?.id == AppointmentID("20000"))
            #expect(merged.appointments["A-39"] != nil && merged.appointments["A-0"] == nil, "the oldest go first")
        }
    }

    @Test func `a calendar that is closed for a while makes nobody forget what is in it`() async throws {
        for what in [AppointmentRequest.What.hold(moved), .drop] {
            let (gym, _) = try await gymWithAppointment()
            let calendar = gym.keap.with { world in
                defer { world.appointments = nil }
                return world.appointments
            }
            let closed = await gym.deliver(job: 3) { wanted in
                wanted.appointments = [
                    AppointmentRequest(key: "B-2", .hold(plan { $0.owner = nil })),
                    AppointmentRequest(key: "B-1", what),
                ]
            }
            #expect(
                closed.notes == [
                    "This Keap account takes no appointments, so none are made until the next start: this edition has no appointments",
                    "The appointment for B-1 stays as it was, since this Keap account takes no appointments for now.",
                ])
            try gym.restart()
            gym.keap.with { $0.appointments = calendar }
            await gym.deliver(job: 4) { $0.appointments = [AppointmentRequest(key: "B-1", what)] }
            #expect(held(gym).map(\.start) == (what == .drop ? [] : [moved.start]))
        }
    }
}
