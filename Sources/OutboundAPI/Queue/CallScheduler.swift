package import Clocks

/// Decides which waiting call goes next. What performs its answers is a `CallRunner`.
package protocol CallScheduler: Sendable {
    /// The ticket to call after every change. (One is enough: it calls the next when it goes.)
    var head: CallTicket? { get }
    var breakers: CircuitBreakers { get }

    /// Whether this call may go on to wait for a permit.
    mutating func ask(_ ticket: CallTicket, at now: Instant) -> CallAdmission

    /// The call has its permit. False: it cannot go after all, releases the permit, and is back in the queue.
    ///
    /// - Parameter callsSoon: how many more calls of its line may start within the next few seconds.
    mutating func start(_ pass: inout CallPass, callsSoon: Int, at now: Instant) -> Bool

    /// There is no permit for it, and it waits no longer.
    mutating func abort(_ pass: CallPass)

    /// The caller waits no longer.
    mutating func cancel(_ ticket: CallTicket)

    mutating func finish(_ pass: CallPass, _ outcome: CircuitBreaker.Outcome, at now: Instant)
}
