import Connectors
import ContactSync
import Keap
import DurableQueue

/// Carries out the resync of a whole gym, or of one of its tags: compares what its lanes remember with what Keap has, and
/// gives each lane that differs a job of its own.
///
/// Run again after a crash it begins anew: a contact that is read twice does no harm.
struct ContactResync: Sendable {
    let queue: JobQueue
    let tenant: TenantID
    let survey: ResyncSurvey

    /// How many were compared, and how many are to be put right.
    struct Result: Equatable, Sendable {
        var compared = 0
        var differing = 0
    }

    func run(_ scope: ResyncSurvey.Scope, job: JobID) async throws -> Result {
        let lanes = try await lanes()
        let differing = try await survey.differing(scope, among: Set(lanes.keys), job: job.rawValue) { contact in
            guard let lane = lanes[contact] else { return [] }
            return try await queue.state(of: lane.id)
        }
        for start in stride(from: 0, to: differing.count, by: Self.together) {
            try await enqueue(differing[start..<min(start + Self.together, differing.count)].map { ($0, lanes[$0]) })
        }
        return Result(compared: lanes.count, differing: differing.count)
    }

    /// Jobs that may share one sync of the disk.
    private static let together = 100
    private static let numbersAtOnce: UInt64 = 10_000

    private struct Lane {
        var id: LaneID
        var sourceID: String?
    }

    private func lanes() async throws -> [ContactID: Lane] {
        var lanes: [ContactID: Lane] = [:]
        let limit = await queue.laneNumberLimit
        for start in stride(from: 0, to: limit, by: UInt64.Stride(Self.numbersAtOnce)) {
            let numbers = start..<min(start + Self.numbersAtOnce, limit)
            for lane in await queue.lanesWithState(of: tenant, numbered: numbers) {
                try Task.checkCancellation()
                guard let known = Mirror.subject(of: try await queue.state(of: lane)) else { continue }
                lanes[known.contact] = Lane(id: lane, sourceID: known.sourceID)
            }
        }
        return lanes
    }

    private func enqueue(_ contacts: [(contact: ContactID, lane: Lane?)]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { [queue] group in
            for (contact, lane) in contacts {
                let id = lane?.sourceID
                let keys = (id.map { [LaneKeys.key(ofPerson: $0)] } ?? []) + [LaneKeys.key(of: contact)]
                let subject = id.map { "Zen Planner ID \($0)" } ?? "contact \(contact)"
                let job = NewJob(
                    tenant: tenant, kind: JobKind.resync, keys: keys,
                    payload: ResyncOrder(.lane, subject: subject).message.bytes, urgency: .bulk)
                group.addTask { _ = try await queue.enqueue(job) }
            }
            try await group.waitForAll()
        }
    }

    /// A job for more than one contact, in a lane of its own.
    func job(_ order: ResyncOrder) -> NewJob {
        NewJob(
            tenant: tenant, kind: JobKind.resync, keys: [LaneKeys.resyncs], payload: order.message.bytes, urgency: .bulk
        )
    }

    /// Runs a resync of more than one contact, as a delivery of its own lane. `state` stays as it is.
    func deliver(_ order: ResyncOrder, job: JobID, state: [UInt8], _ log: ServiceLog) async -> Delivery {
        do {
            let scope: ResyncSurvey.Scope =
                if let tag = order.tag { .tag(TagID(tag)) } else { .gym }
            let result = try await run(scope, job: job)
            log.info(
                "gym \(tenant.rawValue): \(result.compared) contacts compared with Keap for \(order.subject), "
                    + "\(result.differing) differ and are put right one by one")
            return .done(state: state, notes: [])
        } catch let failure as KeapFailure {
            return Delivery(failure, doing: "compare \(order.subject) with Keap", state: state)
        } catch is CancellationError {
            return .interrupted(state: state)
        } catch {
            return .retry(reason: "The comparison with Keap stopped: \(error)", state: state, isDoubtful: false)
        }
    }
}
