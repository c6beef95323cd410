import Clocks
import DeterministicSimulation
import OutboundAPI
import Testing

@testable import Keap

/// One account's circuit breakers: which calls wait, which are refused, and which go.
@Suite struct CircuitBreakersTests {
    private let start = ManualClock().now

    private func fail(
        _ breakers: inout CircuitBreakers, _ endpoint: APIEndpoint?, _ contacts: [Int], at now: Instant? = nil
    ) {
        for contact in contacts {
            let outcome = CircuitBreaker.Outcome.failure(reason: "500", of: .contact(ContactID("\(contact)")))
            breakers.ended(outcome, of: endpoint, [], at: now ?? start)
        }
    }

    private func refuses(_ answer: CircuitBreakers.Answer) -> Bool {
        if case .refuse(let reason) = answer { reason.contains("500") } else { false }
    }

    @Test func `failures of one endpoint refuse its calls and no others`() {
        var breakers = CircuitBreakers()
        fail(&breakers, .updateContact, Array(1...5))
        #expect(refuses(breakers.opening(for: .updateContact, at: start)))
        #expect(breakers.opening(for: .findContacts, at: start) == .go)
        #expect(breakers.opening(for: nil, at: start) == .go)
        #expect(Array(breakers.failing.keys) == [.updateContact])
        #expect(breakers.admit(.updateContact, at: start) == nil)
    }

    @Test func `failures of two endpoints with no success between are the account's, and calls wait`() {
        var breakers = CircuitBreakers()
        fail(&breakers, .updateContact, Array(1...5))
        fail(&breakers, .findContacts, [6])
        let later = start.advanced(by: .seconds(2))
        for endpoint in [APIEndpoint.updateContact, .findContacts, .deleteTag, nil] {
            #expect(breakers.opening(for: endpoint, at: start) == .waitUntil(later))
        }
        #expect(breakers.failing.isEmpty, "it is no endpoint's own")
        #expect(breakers.admit(.updateContact, at: later) == .ofAccount)
        #expect(breakers.opening(for: .deleteTag, at: later) == .wait)
        breakers.ended(.success, of: .updateContact, .ofAccount, at: later)
        #expect(breakers.opening(for: .updateContact, at: later) == .go)
    }

    @Test func `successes elsewhere keep the account's closed, however long an endpoint fails`() {
        var breakers = CircuitBreakers()
        var now = start
        for contact in 1...40 {
            fail(&breakers, .updateContact, [contact], at: now)
            breakers.ended(.success, of: .findContacts, [], at: now)
            #expect(breakers.mustProbeHealth() == false)
            now = now.advanced(by: .seconds(1))
        }
        #expect(breakers.account.isClosed && Array(breakers.failing.keys) == [.updateContact])
    }

    @Test func `with no other call to tell, Keap's health is probed, and what that finds decides`() {
        for isWell in [true, false] {
            var breakers = CircuitBreakers()
            fail(&breakers, .updateContact, Array(1...5))
            #expect(breakers.mustProbeHealth() == true)
            breakers.ended(isWell ? .success : .failure(reason: "500"), of: nil, [], at: start)
            breakers.hasProbedHealth()
            #expect(breakers.account.isClosed == isWell)
            #expect(refuses(breakers.opening(for: .updateContact, at: start)) == isWell)
            #expect(breakers.mustProbeHealth() == false)
        }
    }

    @Test func `a refused credential and a peer that cannot be reached stop all calls`() {
        var breakers = CircuitBreakers()
        breakers.ended(.unauthorized(reason: "no"), of: .updateContact, [], at: start)
        #expect(breakers.opening(for: .findContacts, at: start) == .waitUntil(start.advanced(by: .seconds(30))))
        breakers = CircuitBreakers()
        for _ in 1...5 { breakers.ended(.unreachable(reason: "no route"), of: .updateContact, [], at: start) }
        #expect(breakers.opening(for: .findContacts, at: start) == .waitUntil(start.advanced(by: .seconds(2))))
        #expect(breakers.failing.isEmpty)
    }

    @Test func `one or two contacts' failures refuse nothing`() {
        var breakers = CircuitBreakers()
        fail(&breakers, .updateContact, [1, 2, 1, 2, 1, 2, 1, 2])
        #expect(breakers.opening(for: .updateContact, at: start) == .go)
        #expect(breakers.failing.isEmpty)
    }

    @Test func `one call tries at a time, after two, three, four, then five seconds, and a success lets all go`() {
        var breakers = CircuitBreakers()
        fail(&breakers, .updateContact, Array(1...5))
        breakers.ended(.success, of: nil, [], at: start)
        var now = start
        for (contact, pause) in [2, 3, 4, 5, 5].enumerated() {
            now = now.advanced(by: .seconds(pause))
            #expect(refuses(breakers.opening(for: .updateContact, at: now.advanced(by: .nanoseconds(-1)))))
            #expect(breakers.admit(.updateContact, at: now) == .ofEndpoint)
            #expect(refuses(breakers.opening(for: .updateContact, at: now)), "one tries already")
            #expect(breakers.opening(for: .findContacts, at: now) == .go)
            breakers.ended(
                .failure(reason: "500", of: .contact(ContactID("\(contact)"))), of: .updateContact, .ofEndpoint, at: now
            )
            breakers.ended(.success, of: .findContacts, [], at: now)
        }
        now = now.advanced(by: .seconds(5))
        #expect(breakers.admit(.updateContact, at: now) == .ofEndpoint)
        breakers.ended(.success, of: .updateContact, .ofEndpoint, at: now)
        #expect(breakers.admit(.updateContact, at: now) == [])
        #expect(breakers.failing.isEmpty)
    }

    @Test func `accounts that share a budget try an endpoint one after the other, and at once when one found it well`()
    {
        let probes = SharedHalfOpenGate()
        var (a, b) = (CircuitBreakers(probes: probes), CircuitBreakers(probes: probes))
        for breakers in [0, 1] {
            if breakers == 0 { fail(&a, .updateContact, Array(1...5)) } else { fail(&b, .updateContact, Array(1...5)) }
        }
        let later = start.advanced(by: .seconds(2))
        #expect(a.admit(.updateContact, at: later) == .ofEndpoint)
        #expect(refuses(b.opening(for: .updateContact, at: later)))
        #expect(b.opening(for: .findContacts, at: later) == .go)
        a.ended(.success, of: .updateContact, .ofEndpoint, at: later)
        #expect(b.admit(.updateContact, at: later) == .ofEndpoint)
    }

    @Test func `a probe that found out nothing is followed by another at once`() {
        var breakers = CircuitBreakers()
        fail(&breakers, .updateContact, Array(1...5))
        let later = start.advanced(by: .seconds(2))
        #expect(breakers.admit(.updateContact, at: later) == .ofEndpoint)
        breakers.ended(.nothing, of: .updateContact, .ofEndpoint, at: later)
        #expect(breakers.admit(.updateContact, at: later) == .ofEndpoint)
    }
}
