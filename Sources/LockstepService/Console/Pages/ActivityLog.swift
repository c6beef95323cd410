import Synchronization

/// How many changes were accepted and delivered, from look to look, so that their rates can be told.
final class ActivityLog: Sendable {
    struct Sample: Equatable, Sendable {
        /// Milliseconds since 1970.
        var at: Int64
        var accepted: UInt64
        var delivered: UInt64
    }

    struct Rates: Equatable, Sendable {
        /// Each second; nil: too little was seen yet.
        var accepted: Double?
        var delivered: Double?
    }

    private static let window: Int64 = 60_000
    private static let apart: Int64 = 900
    private let samples = Mutex<[Sample]>([])

    /// Notes a look, and tells the rates of the minute before it.
    func look(_ sample: Sample) -> Rates {
        samples.withLock { samples in
            // A clock that was set back begins anew.
            if let last = samples.last, last.at > sample.at { samples = [] }
            samples.removeAll { sample.at - $0.at > Self.window }
            let first = samples.first
            if samples.last.map({ sample.at - $0.at >= Self.apart }) ?? true { samples.append(sample) }
            guard let first, sample.at - first.at >= Self.apart else { return Rates() }
            let seconds = Double(sample.at - first.at) / 1_000
            return Rates(
                accepted: Double(sample.accepted &- first.accepted) / seconds,
                delivered: Double(sample.delivered &- first.delivered) / seconds)
        }
    }
}
