import Foundation
import LockstepHTTP
import LockstepPool
import ZenPlanner

extension AdminRoutes {
    /// Rows of a report, as `lockstep import` sends them: `{"rows": ["First+Name=Ana&…", …]}`. All of them are on disk when it
    /// answers, or it says how many are: sending all again does no harm.
    func importPeople(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        guard let batch = try? JSONDecoder().decode(ImportBatch.self, from: Data(request.body)) else {
            return Reply.error(400, "send {\"rows\": [a form for each person]}")
        }
        guard batch.rows.count <= ImportBatch.mostRows else {
            return Reply.error(413, "at most \(ImportBatch.mostRows) rows at once")
        }
        var jobs: [NewJob] = []
        for (place, row) in batch.rows.enumerated() {
            let message = StoredMessage(source: .zenPlannerReport, contentType: nil, body: Array(row.utf8))
            switch gym.reader.read(report: message.body) {
            case .unplaced(let reason, _): return Reply.error(400, "row \(place + 1): \(reason)")
            case .change(let change, _):
                jobs.append(
                    NewJob(
                        tenant: gym.id.tenant, kind: JobKind.message, keys: LaneKeys.keys(of: change),
                        payload: message.bytes, isSnapshot: true, urgency: .bulk))
            }
        }
        for together in ImportBatch.runs(of: jobs) { try await accept(together) }
        return Reply.json(202, ["accepted": jobs.count])
    }

    /// At once, so that one sync may serve them all.
    private func accept(_ jobs: some Sequence<NewJob>) async throws(QueueError) {
        let failures = await withTaskGroup(of: QueueError?.self) { [queue] group in
            for job in jobs {
                group.addTask {
                    do throws(QueueError) {
                        _ = try await queue.enqueue(job)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [QueueError]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        if let failure = failures.first { throw failure }
    }
}

struct ImportBatch: Decodable {
    static let mostRows = 1_000
    var rows: [String]

    /// Runs of jobs about different people: whoever is in the file twice keeps their order.
    static func runs(of jobs: [NewJob]) -> [[NewJob]] {
        var runs: [[NewJob]] = [[]]
        var met: Set<LaneKey> = []
        for job in jobs {
            if !met.isDisjoint(with: job.keys) {
                runs.append([])
                met = []
            }
            met.formUnion(job.keys)
            runs[runs.count - 1].append(job)
        }
        return runs
    }
}
