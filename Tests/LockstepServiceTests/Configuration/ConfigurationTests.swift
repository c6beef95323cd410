import ConfigurationReading
import ContactSync
import Keap
import EmbeddedHTTP
import RateLimits
import OnceHub
import Testing
import ZenPlanner

@testable import LockstepService

struct ConfigurationTests {
    static let whole = """
        {
          // Where hooks come in.
          "listen": "0.0.0.0:80",
          "admin": "[::1]:9000",
          "adminToken": {"env": "ADMIN"},
          "data": "/var/lib/lockstep",
          "stopGrace": 12.5,
          "journal": {"unsyncedLimit": 0.25},
          "gyms": [
            {
              "id": "downtown",
              "name": "Downtown Boxing",
              "keap": {
                "baseURL": "http://127.0.0.1:9999/crm/rest/",
                "key": {"env": "KEAP"},
                "limits": {"perSecond": 5, "perMinute": 200, "perDay": 20000},
                "timeout": 20,
                "concurrency": 4,
              },
              "zenPlanner": {
                "token": {"file": "zp.token"},
                "fields": {"personId": "member no", "email": ["contact email", "mail"]},
                "dateOrder": "DD/MM/YYYY",
                "programEntries": {"name": "label"},
              },
              "sync": {
                "tags": {
                  "status": "S {status}", "program": "P {program}: {status}", "category": "ZP",
                  "deletedPrefix": "old_", "onProgramDeleted": "delete",
                },
                "customFields": {"zenPlannerID": "ZP", "signupDate": "Joined", "prospectSource": "Source"},
                "slots": {"email": "EMAIL2", "phone": "PHONE3", "address": "SHIPPING"},
                "policies": {"address": "keepWhenEmpty", "email": "fillEmpty", "prospectSource": "ignore"},
                "optInReason": "Asked for it",
                "onDeleted": "leave",
                "defaultCountry": "CAN",
                "coalesce": "latest",
              },
              "onceHub": {
                "secret": {"env": "OH"}, "secrets": ["next"], "tolerance": 86400, "nameOrder": "familyFirst",
                "unknownActor": "user",
                "tags": {"generic": "OH {status}", "specific": false, "category": "", "history": true,
                         "reapply": "newEvents"},
                "ownTags": [{"tag": "Came", "phases": ["completed", "noShow"], "eventType": "Intro"},
                            {"tag": "Booked", "phases": "scheduled", "category": "Own", "bookingPage": ["a", "b"],
                             "masterPage": "m", "calendar": "c"}],
              },
              "afterDead": "park",
            },
          ], /* the end */
        }
        """

    @Test func `every setting arrives`() throws {
        let configuration = try read(
            Self.whole, environment: ["ADMIN": "a-token", "KEAP": "k-1", "OH": "oh-1"],
            files: ["zp.token": "0123456789abcdef\n"])
        #expect(configuration.listen == ListenAddress(host: "0.0.0.0", port: 80))
        #expect(configuration.admin == ListenAddress(host: "::1", port: 9000))
        #expect(configuration.adminToken == Secret("a-token"))
        #expect(configuration.data == "/var/lib/lockstep")
        #expect(configuration.stopGrace == .milliseconds(12_500))
        #expect(configuration.unsyncedLimit == .milliseconds(250))

        let gym = try #require(configuration.gyms.first)
        #expect(gym.id == GymID("downtown"))
        #expect(gym.name == "Downtown Boxing")
        #expect(gym.afterDead == .park)
        #expect(gym.keap.site.base == "http://127.0.0.1:9999/crm/rest")
        #expect(gym.keap.ceiling == CallLimits(perSecond: 5, perMinute: 200, perDay: 20_000))
        #expect(gym.keap.timeout == .seconds(20))
        #expect(gym.keap.concurrency == 4)

        var names = ZenPlannerSettings()
        names.accept(["member no"], for: .personId)
        names.accept(["contact email", "mail"], for: .email)
        names.accept(["label"], for: .name)
        names.dateOrder = .dayFirst
        #expect(gym.zenPlanner?.token == Secret("0123456789abcdef"))
        #expect(gym.zenPlanner?.settings == names)

        var sync = SyncSettings()
        sync.statusTag = try TagTemplate(parsing: "S {status}", for: .status)
        sync.programTag = try TagTemplate(parsing: "P {program}: {status}", for: .program)
        sync.category = "ZP"
        sync.deletedPrefix = "old_"
        sync.onProgramDeleted = .delete
        sync.customFields.sourceID = "ZP"
        sync.customFields.signupDate = "Joined"
        sync.customFields.prospectSource = "Source"
        sync.slots.email = .email2
        sync.slots.phone = .phone3
        sync.slots.address = .shipping
        sync.policies = [.address: .keepWhenEmpty, .email: .fillEmpty, .prospectSource: .ignore]
        sync.optInReason = "Asked for it"
        sync.onContactDeleted = .leave
        sync.defaultCountry = "CAN"
        sync.coalesce = .latest

        var bookings = OnceHubSettings()
        bookings.nameOrder = .familyFirst
        bookings.unknownActor = .user
        bookings.tags.genericName = try BookingTagTemplate(parsing: "OH {status}", isSpecific: false)
        bookings.tags.isSpecificOn = false
        bookings.tags.category = nil
        bookings.tags.keepsHistory = true
        bookings.tags.reapply = .newEvents
        var came = OwnTag("Came", phases: [.completed, .noShow])
        came.eventTypes = ["Intro"]
        var booked = OwnTag("Booked", phases: [.scheduled])
        (booked.category, booked.bookingPages) = ("Own", ["a", "b"])
        (booked.masterPages, booked.calendars) = (["m"], ["c"])
        bookings.ownTags = [came, booked]
        #expect(gym.onceHub?.secrets == [Secret("oh-1"), Secret("next")])
        #expect(gym.onceHub?.tolerance == .seconds(86_400))
        #expect(gym.onceHub?.settings == bookings)

        sync.named = bookings.named
        sync.wishes = bookings.wishes
        #expect(gym.sync == sync)
    }

    @Test func `a gym with bookings only has nothing of Zen Planner's made in Keap`() throws {
        let gym = try #require(try read(gym(#""onceHub": {"secret": "s"}"#)).gyms.first)
        #expect(gym.sync.ownFields == [])
        #expect(gym.sync.category == nil)
        #expect(gym.sync.named == OnceHubSettings().named)
        #expect(gym.onceHub?.tolerance == .seconds(604_800))
    }

    @Test func `a gym needs an id and a key, the rest has defaults`() throws {
        let configuration = try read(gym())
        #expect(configuration.listen.description == "127.0.0.1:8080")
        #expect(configuration.admin.description == "127.0.0.1:8081")
        #expect(configuration.adminToken == nil)
        #expect(configuration.data == "lockstep-data")
        #expect(configuration.stopGrace == .seconds(30))
        let gym = try #require(configuration.gyms.first)
        #expect(gym.name == "downtown")
        #expect(gym.keap.site.base == "https://api.infusionsoft.com/crm/rest")
        #expect(gym.keap.ceiling == CallLimits())
        #expect(gym.keap.timeout == nil)
        #expect(gym.keap.concurrency == 32)
        #expect(gym.zenPlanner == nil)
        #expect(gym.sync == SyncSettings())
        #expect(gym.afterDead == .continue)
    }

    @Test func `null is the same as not set`() throws {
        let configuration = try read(gym(#""zenPlanner": null, "name": null"#, keap: #""timeout": null"#))
        #expect(configuration.gyms.first?.name == "downtown")
        #expect(configuration.gyms.first?.zenPlanner == nil)
    }

    @Test func `an empty category and an empty default country mean none`() throws {
        let sync = try read(gym(#""sync": {"tags": {"category": ""}, "defaultCountry": ""}"#)).gyms.first?.sync
        #expect(sync?.category == nil)
        #expect(sync?.defaultCountry == nil)
    }

    @Test func `what is allowed but should be known is remarked`() throws {
        let text = """
            {"gyms": [
              {"id": "a", "keap": {"key": "k"}, "zenPlanner": {"token": "short"}},
              {"id": "b", "keap": {"key": "k"}, "onceHub": {"secret": "s"}}
            ]}
            """
        let remarks = try read(text).remarks
        #expect(remarks.count == 2)
        #expect(remarks.contains { $0.hasPrefix("gyms[0].zenPlanner.token: shorter than 16") })
        #expect(remarks.contains { $0.hasPrefix("gyms[1].keap: the same Keap key as in gyms[0].keap") })
        let alone = try read(gym()).remarks
        #expect(alone.contains { $0.hasPrefix("gyms[0]: without zenPlanner or onceHub") })
        #expect(try read(gym(#""zenPlanner": {"token": "0123456789abcdef"}"#)).remarks == [])
    }
}
