struct OutcomeRecord: Equatable, Sendable {
    enum Ending: Equatable, Sendable {
        case done
        case waiting(until: Int64, reason: String)
        /// `parks`: what follows in the lane waits for this one.
        case dead(reason: String, parks: Bool)
        case superseded
        case discarded
        case interrupted

        /// Whether nothing is left of the job to do.
        var isFinal: Bool {
            switch self {
            case .done, .dead, .superseded, .discarded: true
            case .waiting, .interrupted: false
            }
        }

        /// What a run's jobs are after it. Discarded is none's: only jobs that do not run are.
        var state: JobState.Name {
            switch self {
            case .done, .discarded: .done
            case .waiting: .waiting
            case .dead: .dead
            case .superseded: .superseded
            case .interrupted: .accepted
            }
        }
    }

    var job: JobID
    var attempts: UInt32
    var ending: Ending
    /// The lane whose state follows; nil leaves all states as they are.
    var lane: LaneID?
    var state: [UInt8]
    /// Lanes that were joined into `lane` and whose states are in the new state.
    var merging: [LaneID]
    var at: Int64

    /// The lane's state stays as it was last written.
    var withoutState: OutcomeRecord {
        var record = self
        (record.lane, record.state, record.merging) = (nil, [], [])
        return record
    }

    /// Bytes of the state and of what goes with it in this record.
    var stateRecordSize: Int {
        switch ending {
        case .waiting(_, let reason), .dead(let reason, _): state.count + reason.utf8.count + 8 * merging.count
        case .done, .superseded, .discarded, .interrupted: state.count + 8 * merging.count
        }
    }
}
