import Clocks
import DeterministicSimulation
import OutboundAPI
import Testing

@testable import Keap

@Suite struct CircuitBreakerTests {
    typealias Outcome = CircuitBreaker.Outcome

    let start = ManualClock().now
    let trouble = Outcome.failure(reason: "503")

    @Test func `it opens after five failures with no success between`() {
        var circuit = CircuitBreaker()
        for _ in 1...4 { circuit.ended(trouble, isProbe: false, at: start) }
        circuit.ended(.success, isProbe: false, at: start)
        for _ in 1...4 { circuit.ended(trouble, isProbe: false, at: start) }
        #expect(circuit.admit(at: start) == .go(isProbe: false))
        circuit.ended(trouble, isProbe: false, at: start)
        #expect(circuit.admit(at: start) == .wait(until: start.advanced(by: .seconds(2))))
    }

    @Test func `one call at a time is let through, after two, three, four, then five seconds`() {
        var circuit = opened()
        var now = start
        for pause in [2, 3, 4, 5, 5, 5] {
            now = now.advanced(by: .seconds(pause))
            #expect(circuit.admit(at: now.advanced(by: .nanoseconds(-1))) == .wait(until: now))
            #expect(circuit.admit(at: now) == .go(isProbe: true))
            #expect(circuit.admit(at: now) == .waitForProbe)
            circuit.ended(trouble, isProbe: true, at: now)
        }
    }

    @Test func `the probe's success closes it`() {
        var circuit = opened()
        _ = circuit.admit(at: start.advanced(by: .seconds(2)))
        circuit.ended(.success, isProbe: true, at: start.advanced(by: .seconds(2)))
        #expect(circuit.state == .closed(failures: 0))
    }

    @Test func `a late success of an earlier call closes it too`() {
        var circuit = opened()
        circuit.ended(.success, isProbe: false, at: start)
        #expect(circuit.state == .closed(failures: 0))
    }

    @Test func `late failures of earlier calls change nothing`() {
        var circuit = opened()
        let before = circuit.state
        circuit.ended(trouble, isProbe: false, at: start.advanced(by: .seconds(1)))
        circuit.ended(.unauthorized(reason: "no"), isProbe: false, at: start.advanced(by: .seconds(1)))
        circuit.ended(.nothing, isProbe: false, at: start.advanced(by: .seconds(1)))
        #expect(circuit.state == before)
    }

    @Test func `a refused credential opens it at once and is tried every thirty seconds`() {
        var circuit = CircuitBreaker()
        circuit.ended(.unauthorized(reason: "Invalid Access Token"), isProbe: false, at: start)
        var now = start
        for _ in 1...3 {
            now = now.advanced(by: .seconds(30))
            #expect(circuit.admit(at: now.advanced(by: .seconds(-1))) == .wait(until: now))
            #expect(circuit.admit(at: now) == .go(isProbe: true))
            circuit.ended(.unauthorized(reason: "Invalid Access Token"), isProbe: true, at: now)
        }
        guard case .open(let outage, _) = circuit.state else {
            Issue.record("a refused credential left the circuit \(circuit.state)")
            return
        }
        #expect(outage.cause == .credential)
        #expect(outage.reason == "Invalid Access Token")
        #expect(outage.since == start)
    }

    @Test func `an outage that turns into a refused credential slows down, and back again`() {
        var circuit = opened()
        var now = start.advanced(by: .seconds(2))
        _ = circuit.admit(at: now)
        circuit.ended(.unauthorized(reason: "no"), isProbe: true, at: now)
        #expect(circuit.admit(at: now) == .wait(until: now.advanced(by: .seconds(30))))
        now = now.advanced(by: .seconds(30))
        _ = circuit.admit(at: now)
        circuit.ended(trouble, isProbe: true, at: now)
        #expect(circuit.admit(at: now) == .wait(until: now.advanced(by: .seconds(2))))
    }

    @Test func `a probe that found out nothing is followed by another at once`() {
        var circuit = opened()
        let now = start.advanced(by: .seconds(2))
        _ = circuit.admit(at: now)
        circuit.ended(.nothing, isProbe: true, at: now)
        #expect(circuit.admit(at: now) == .go(isProbe: true))
    }

    @Test func `a throttled call between failures neither counts nor clears`() {
        var circuit = CircuitBreaker()
        for _ in 1...4 { circuit.ended(trouble, isProbe: false, at: start) }
        circuit.ended(.nothing, isProbe: false, at: start)
        #expect(circuit.state == .closed(failures: 4))
    }

    private func failure(_ contact: String, _ pause: Duration? = nil) -> Outcome {
        .failure(reason: "500", of: .contact(ContactID(contact)), pause: pause)
    }

    @Test func `one or two contacts cannot open it, but make it probe Keap's health`() {
        var circuit = CircuitBreaker()
        for _ in 1...4 {
            circuit.ended(failure("1"), isProbe: false, at: start)
            #expect(circuit.mustProbeHealth() == false)
        }
        circuit.ended(failure("2"), isProbe: false, at: start)
        #expect(circuit.mustProbeHealth() == true)
        #expect(circuit.mustProbeHealth() == false, "one probe at a time")
        for _ in 1...50 { circuit.ended(failure("1"), isProbe: false, at: start) }
        #expect(circuit.admit(at: start) == .go(isProbe: false))
        circuit.ended(.success, isProbe: false, at: start)
        circuit.hasProbedHealth()
        #expect(circuit.mustProbeHealth() == false)
        #expect(circuit.state == .closed(failures: 0))
    }

    @Test func `a failure that any call would have met opens it`() {
        var circuit = CircuitBreaker()
        for _ in 1...5 { circuit.ended(failure("1"), isProbe: false, at: start) }
        circuit.ended(trouble, isProbe: false, at: start)
        #expect(circuit.admit(at: start) == .wait(until: start.advanced(by: .seconds(2))))
    }

    @Test func `three different contacts open it`() {
        var circuit = CircuitBreaker()
        for contact in ["1", "2", "3", "1", "2"] { circuit.ended(failure(contact), isProbe: false, at: start) }
        #expect(circuit.admit(at: start) == .wait(until: start.advanced(by: .seconds(2))))
    }

    @Test func `one contact that alone tries in an outage does not keep it open: Keap's health is probed`() {
        var circuit = opened()
        var now = start
        for isSecond in [false, true] {
            now = now.advanced(by: .seconds(10))
            #expect(circuit.admit(at: now) == .go(isProbe: true))
            circuit.ended(failure("1"), isProbe: true, at: now)
            #expect(circuit.mustProbeHealth() == isSecond)
        }
        circuit.hasProbedHealth()
        now = now.advanced(by: .seconds(10))
        #expect(circuit.admit(at: now) == .go(isProbe: true))
        circuit.ended(trouble, isProbe: true, at: now)
        #expect(circuit.mustProbeHealth() == false, "it was no contact's own")
    }

    @Test func `it stays open as long as Keap asked to be left alone`() {
        var circuit = CircuitBreaker()
        for contact in 1...5 { circuit.ended(failure("\(contact)", .seconds(90)), isProbe: false, at: start) }
        #expect(circuit.admit(at: start) == .wait(until: start.advanced(by: .seconds(90))))
        let now = start.advanced(by: .seconds(90))
        #expect(circuit.admit(at: now) == .go(isProbe: true))
        circuit.ended(failure("1"), isProbe: true, at: now)
        #expect(circuit.admit(at: now) == .wait(until: now.advanced(by: .seconds(3))), "it was asked once")
    }

    @Test func `what was never sent neither closes nor opens it`() {
        #expect(Outcome(KeapCall<Void>(.failure(.refused(status: 0, message: "m")), .unsent)) == .nothing)
        let refused = KeapReading<Void>(.refused(status: 400, message: "m"))
        #expect(Outcome(KeapCall<Void>(refused.answer, refused.meaning)) == .success)
    }

    @Test(arguments: [
        (CallMeaning.success, Outcome.success),
        (KeapReading<Void>(.refused(status: 400, message: "m")).meaning, .success),
        (KeapReading<Void>(.gone(message: "m")).meaning, .success),
        (KeapReading<Void>(.unavailable(reason: "r")).meaning, .failure(reason: "r")),
        (KeapReading<Void>(.unclear(reason: "r")).meaning, .failure(reason: "r")),
        (KeapReading<Void>(.unauthorized(message: "m")).meaning, .unauthorized(reason: "m")),
        (.throttled, .nothing),
    ])
    func `a refusal shows that Keap is there, a 429 shows nothing`(meaning: CallMeaning, outcome: Outcome) {
        #expect(Outcome(CallEnd<Void>((), meaning)) == outcome)
    }

    private func opened() -> CircuitBreaker {
        var circuit = CircuitBreaker()
        for _ in 1...5 { circuit.ended(trouble, isProbe: false, at: start) }
        return circuit
    }
}
