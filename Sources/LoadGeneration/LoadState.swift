/// Which message goes out when, over which connection: the decisions of a load, in any time that its caller tells.
///
/// Times are nanoseconds since the load's start.
package struct LoadState: Sendable {
    package enum Arrivals: Sendable {
        /// Each when it is due. One that finds no connection free waits, and its time counts from when it was due.
        case scheduled(SendSchedule)
        /// So many, each as soon as a connection is free.
        case whenFree(count: Int)
    }

    package struct Sending: Equatable, Sendable {
        package var number: Int
        package var due: UInt64
        package var sent: UInt64
    }

    private let arrivals: Arrivals
    /// The number of the next message.
    package private(set) var next = 0
    private var count: Int
    /// Connections without a message, the longest idle first.
    private var idle: [Int]
    private var firstIdle = 0
    private var sendings: [Sending?]
    package private(set) var inFlight = 0

    package init(_ arrivals: Arrivals, connections: Int) {
        self.arrivals = arrivals
        count =
            switch arrivals {
            case .scheduled(let schedule): schedule.count
            case .whenFree(let count): count
            }
        idle = Array(0..<connections)
        sendings = Array(repeating: nil, count: connections)
    }

    package var isFinished: Bool { next >= count && inFlight == 0 }

    /// A message that goes out now, and its connection. Nil: none is due, or no connection is free.
    package mutating func send(at now: UInt64) -> (sending: Sending, connection: Int)? {
        guard next < count, firstIdle < idle.count else { return nil }
        let due: UInt64
        switch arrivals {
        case .scheduled(let schedule):
            due = schedule.due(next)
            guard due <= now else { return nil }
        case .whenFree: due = now
        }
        let connection = idle[firstIdle]
        firstIdle += 1
        let sending = Sending(number: next, due: due, sent: now)
        sendings[connection] = sending
        next += 1
        inFlight += 1
        return (sending, connection)
    }

    /// When `send` is to be asked next. Nil: not before a connection is free.
    package var nextSend: UInt64? {
        guard next < count, firstIdle < idle.count else { return nil }
        return if case .scheduled(let schedule) = arrivals { schedule.due(next) } else { 0 }
    }

    /// Messages that are due and wait for a connection.
    package func late(at now: UInt64) -> Int {
        guard case .scheduled(let schedule) = arrivals else { return 0 }
        return max(0, min(count, schedule.released(by: now)) - next)
    }

    /// The message of this connection was answered, or its connection lost; nil if it has none.
    package mutating func end(_ connection: Int) -> Sending? {
        guard let sending = sendings[connection] else { return nil }
        sendings[connection] = nil
        inFlight -= 1
        // The idle ones are moved to the front now and then, so that the array stays small.
        if firstIdle > sendings.count {
            idle.removeFirst(firstIdle)
            firstIdle = 0
        }
        idle.append(connection)
        return sending
    }

    package subscript(connection: Int) -> Sending? { sendings[connection] }

    /// No message goes out from now on.
    package mutating func stop() { count = next }
}
