import Testing

@testable import LockstepService

struct AdminRouteTests {
    @Test(arguments: [
        (["healthz"], AdminRoute.health), (["readyz"], .readiness), (["metrics"], .metrics), (["api", "jobs"], .jobs),
        (["api", "jobs", "7"], .job("7")), (["api", "jobs", "7", "retry"], .retry("7")),
        (["api", "jobs", "7", "explain"], .explain("7")),
        (["api", "jobs", "7", "discard"], .discard("7")), (["api", "retry"], .retryAll), (["api", "gyms"], .gyms),
        (["api", "gyms", "a", "pause"], .pause(gym: "a", true)),
        (["api", "gyms", "a", "resume"], .pause(gym: "a", false)),
        (["api", "gyms", "a", "programs"], .programs(gym: "a")),
        (["api", "gyms", "lanes", "pause"], .pause(gym: "lanes", true)),
        (["api", "gyms", "a", "lanes", "7", "pause"], .pauseLane("7", gym: "a", true)),
        (["api", "gyms", "a", "lanes", "7", "resume"], .pauseLane("7", gym: "a", false)),
        (["api", "attention"], .attention), (["api", "check"], .check),
        (["api", "people"], .findPeople), (["api", "people", "a", "person:7"], .person("person:7", gym: "a")),
        (["api", "forget"], .forget),
    ])
    func `a path is one place`(_ path: [String], _ place: AdminRoute) {
        #expect(AdminRoute(path) == place)
    }

    @Test(arguments: [
        [], [""], ["healthz", ""], ["api"], ["api", ""], ["API", "jobs"], ["api", "jobs", "7", "polish"],
        ["api", "jobs", "7", "retry", ""], ["api", "retry", "7"], ["api", "gyms", "a"], ["api", "gyms", "a", "sleep"],
        ["api", "gyms", "a", "roads", "7", "pause"], ["api", "gyms", "a", "lanes", "7"], ["metrics", "x"],
    ])
    func `another path is none`(_ path: [String]) {
        #expect(AdminRoute(path) == nil)
    }

    @Test func `nothing that only looks can be posted, and nothing that changes can be got`() {
        for place in [AdminRoute.health, .metrics, .jobs, .job("7"), .explain("7"), .gyms, .attention] {
            #expect(place.methods == ["GET", "HEAD"])
        }
        for place in [
            AdminRoute.retry("7"), .discard("7"), .retryAll, .pause(gym: "a", true), .programs(gym: "a"), .check,
        ] {
            #expect(place.methods == ["POST"])
        }
    }
}
