import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct FaultTests {
    @Test(arguments: [(429, "{"), (500, "Internal"), (503, "<html>"), (404, "{")])
    func `a status has the shape that ChartMogul gives it, and nothing was done`(status: Int, beginning: String) {
        let caller = Caller()
        caller.world.faults.add(MogulWorld.Fault(.status(status), match: .init(method: "POST"), times: 1))
        let answer = caller.call("POST", "/v1/data_sources", #"{"name":"Keap"}"#)
        #expect(answer.status == status)
        #expect(answer.words.hasPrefix(beginning))
        #expect(caller.call("GET", "/v1/data_sources").json?["data_sources"] == .array([]))
        #expect(caller.source() != "")
    }

    @Test func `a lost answer leaves what was done`() {
        for action in [
            MogulWorld.FaultAction.reset(isDone: true), .hang(milliseconds: 5, isDone: true),
            .status(500, isDone: true),
        ] {
            let caller = Caller()
            caller.world.faults.add(MogulWorld.Fault(action, match: .init(path: "^/v1/customers$"), times: 1))
            let source = caller.source()
            #expect(caller.customer("c1", of: source) == "")
            let list = caller.call("GET", "/v1/customers?external_id=c1").json?["entries"]?.items
            #expect(list?.count == 1)
        }
    }

    @Test func `a reset, a hang and a delay are told to the server`() {
        for (action, delivery) in [
            (MogulWorld.FaultAction.reset(), MogulWorld.Answer.Delivery.reset),
            (.hang(milliseconds: 7), .never(milliseconds: 7)), (.delay(milliseconds: 9), .after(milliseconds: 9)),
        ] {
            let caller = Caller()
            caller.world.faults.add(MogulWorld.Fault(action))
            #expect(caller.call("GET", "/v1/ping").delivery == delivery)
        }
    }

    @Test func `a rule lets some pass, meets so many, and names what it wants`() {
        let caller = Caller()
        let match = MogulWorld.FaultMatch(account: "gym", method: "GET", path: "sources", text: "Keap")
        caller.world.faults.add(MogulWorld.Fault(.status(500), match: match, skip: 1, times: 2))
        func status(_ target: String) -> Int { caller.call("GET", target).status }
        #expect(status("/v1/data_sources?name=Other") == 200)
        #expect((0..<4).map { _ in status("/v1/data_sources?name=Keap") } == [200, 500, 500, 200])
        #expect(caller.world.faults.entries.first?.met == 2)
        caller.world.faults.remove(1)
        #expect(caller.world.faults.entries.isEmpty)
    }

    @Test func `chance comes from the seed, and time ends a rule`() {
        func statuses(seed: UInt64) -> [Int] {
            let caller = Caller {
                $0.seed = seed
                $0.faults = [MogulWorld.Fault(.status(500), probability: 0.5)]
            }
            return (0..<64).map { _ in caller.call("GET", "/v1/ping").status }
        }
        #expect(statuses(seed: 1) == statuses(seed: 1))
        #expect(statuses(seed: 1) != statuses(seed: 2))
        let caller = Caller()
        #expect(caller.control("POST", "/faults", #"{"action":"status","status":502,"seconds":2}"#).status == 201)
        #expect(caller.call("GET", "/v1/ping").status == 502)
        caller.wait(seconds: 2)
        #expect(caller.call("GET", "/v1/ping").status == 200)
    }

    @Test(arguments: [
        #"{"action":"status","status":503,"body":"<html>","done":true,"times":2,"skip":1}"#,
        #"{"action":"hang","for":2.5,"match":{"method":"post","path":"^/v1","text":"x","account":"key"}}"#,
        #"{"action":"delay","for":0.1,"probability":0.5}"#, #"{"action":"reset","done":true}"#,
    ])
    func `a rule is given as JSON, shown, and taken away`(body: String) {
        let caller = Caller()
        #expect(caller.control("POST", "/faults", body).json?["fault"] == .whole(1))
        #expect(caller.control("GET", "/faults").json?["faults"]?.items?.count == 1)
        #expect(caller.control("DELETE", "/faults/1").status == 204)
        #expect(caller.control("GET", "/faults").json?["faults"] == .array([]))
    }

    @Test(arguments: [
        "", "{}", #"{"action":"burn"}"#, #"{"action":"status"}"#, #"{"action":"hang"}"#,
        #"{"action":"reset","colour":1}"#,
        #"{"action":"reset","times":0}"#, #"{"action":"reset","probability":2}"#, #"{"action":"reset","seconds":-1}"#,
        #"{"action":"reset","match":{"path":"("}}"#, #"{"action":"reset","match":{"account":"none"}}"#,
    ])
    func `a rule that means nothing is refused`(body: String) {
        let caller = Caller()
        #expect((400..<500).contains(caller.control("POST", "/faults", body).status))
        #expect(caller.world.faults.entries.isEmpty)
    }
}
