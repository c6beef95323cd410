import Connectors
import ContactSync
import DurableQueue
import Keap
import Testing

@testable import LockstepService

struct DestinationsTests {
    private let known = Array(#"{"contact":"7","zenPlannerID":"zp-1"}"#.utf8)

    private func merge(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        Destinations.merge(LaneState(a), LaneState(b)).bytes
    }

    @Test func `no two destinations mark their lanes alike`() {
        let marks = Destinations.all.map(\.mark)
        #expect(Set(marks).count == marks.count)
        #expect(Set(Destinations.all.map(\.section)).count == marks.count)
    }

    @Test func `the settings of each destination can be configured`() {
        #expect(Destinations.all.map(\.section) == GymDestinations.kinds.map { $0.section })
    }

    @Test func `two contacts' states become one`() throws {
        let other = Array(#"{"contact":"9"}"#.utf8)
        let merged = Mirror.merge(try Mirror(bytes: known), try Mirror(bytes: other)).bytes
        #expect(merge(known, other) == merged)
    }

    @Test func `a lane without a state takes the other's`() throws {
        #expect(try Mirror(bytes: merge([], known)).contact == ContactID("7"))
        #expect(try Mirror(bytes: merge(known, [])).contact == ContactID("7"))
        #expect(merge([], []) == [])
    }

    @Test func `a state that cannot be read stays, whichever lane goes on`() {
        for broken in [Array("{".utf8), Array("not a state".utf8)] {
            #expect(merge(known, broken) == broken)
            #expect(merge(broken, known) == broken)
        }
    }
}
