import Clocks
import DeterministicSimulation
import Synchronization
import Testing

@testable import LockstepService

struct LiveFramesTests {
    private let start = Instant()

    private func at(_ seconds: Int) -> Instant { start.advanced(by: .seconds(seconds)) }
    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    private let a = LiveRegion(id: "a", html: "<p>one\ntwo</p>")
    private let b = LiveRegion(id: "b", html: "")

    @Test func `what the browser has is not sent again, and what changed alone is`() throws {
        var frames = LiveFrames(seen: [a, b].digest, at: start)
        #expect(frames.look([a, b], at: at(1)) == nil)
        let changed = LiveRegion(id: "b", html: "x")
        let frame = try #require(text(frames.look([a, changed], at: at(2))))
        #expect(frame == "id: \([a, changed].digest)\ndata: [{\"html\":\"x\",\"id\":\"b\"}]\n\n")
        #expect(frames.look([a, changed], at: at(3)) == nil)
    }

    @Test func `a browser that was away gets all regions if anything changed meanwhile, and nothing if not`() throws {
        var away = LiveFrames(seen: "0123456789abcdef", at: start)
        let frame = try #require(text(away.look([a, b], at: at(1))))
        #expect(frame.contains("\"id\":\"a\"") && frame.contains("\"id\":\"b\""))
        #expect(frame.split(separator: "\n").count == 2, "an event is one line of data: \(frame)")
        // Its id is what it comes back with, also to another process.
        let id = try #require(frame.split(separator: "\n").first).dropFirst("id: ".count)
        var back = LiveFrames(seen: String(id), at: start)
        #expect(back.look([a, b], at: at(1)) == nil)
    }

    @Test func `a quiet stream says so each 15 s`() {
        var frames = LiveFrames(seen: [a].digest, at: start)
        let sent = (1...46).filter { frames.look([a], at: at($0)) != nil }
        #expect(sent == [15, 30, 45])
    }

    @Test func `a stream looks once a second, sends at most one frame for it, and ends with its page`() async throws {
        let clock = ManualClock()
        let looks = Atomic(0)
        let stream = LiveStream(seen: "", clock: clock) {
            let count = looks.wrappingAdd(1, ordering: .relaxed).newValue
            return count > 3 ? nil : [LiveRegion(id: "n", html: "\(count)")]
        }
        #expect(text(await stream.next()) == "retry: 2000\n\n")
        for count in 1...3 {
            async let frame = stream.next()
            _ = await clock.nextWaking()
            clock.advance(by: .seconds(1))
            #expect(try #require(text(await frame)).contains("\"html\":\"\(count)\""))
        }
        async let last = stream.next()
        _ = await clock.nextWaking()
        clock.advance(by: .seconds(1))
        #expect(await last == nil)
    }
}
