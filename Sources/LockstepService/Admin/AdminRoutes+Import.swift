import Connectors
import ContactSync
import Foundation
import EmbeddedHTTP
import DurableQueue
import ZenPlanner

extension AdminRoutes {
    /// Rows of a report, as `lockstep import` sends them: `{"rows": ["First+Name=Ana&…", …]}`. Every row that can be kept is
    /// on disk when it answers, and each of the others is named with its number, from 1, and a reason. Sending all again does
    /// no harm.
    func importPeople(_ request: HTTPRequest, of gym: Gym) async throws -> HTTPAnswer {
        guard let batch = try? JSONDecoder().decode(ImportBatch.self, from: Data(request.body)) else {
            return Reply.error(400, "send {\"rows\": [a form for each person]}")
        }
        guard batch.rows.count <= ImportBatch.mostRows else {
            return Reply.error(413, "at most \(ImportBatch.mostRows) rows at once")
        }
        var isPreview = false
        for item in request.query {
            guard item.name == "preview", ["true", "false"].contains(item.value) else {
                return Reply.error(400, "there is no parameter “\(item.name)=\(item.value)”; known is preview=true")
            }
            isPreview = item.value == "true"
        }
        let reader = gym.sources.reading(ZenPlannerSource.self).reader
        if isPreview { return Reply.json(200, try await known(among: batch.rows, read: reader, of: gym)) }
        var jobs: [ImportBatch.Row] = []
        var answer = ImportAnswer()
        for (index, row) in batch.rows.enumerated() {
            let message = StoredMessage(.zenPlannerReport, body: Array(row.utf8))
            switch reader.read(report: message.body) {
            case .unplaced(let reason, _): answer.refused.append(.init(row: index + 1, reason: reason))
            case .change(let change, _):
                let job = NewJob(
                    tenant: gym.id.tenant, kind: ZenPlannerSource.jobKind, of: change, payload: message.bytes,
                    isSnapshot: true,
                    urgency: .bulk)
                // A file's row can be mended and sent again; a dead letter for it would only be in the way.
                if let reason = job.unroutable {
                    answer.refused.append(.init(row: index + 1, reason: reason))
                } else {
                    jobs.append(.init(number: index + 1, job: job))
                }
            }
        }
        for together in ImportBatch.runs(of: jobs) { answer.refused += try await accept(together) }
        answer.refused.sort { $0.row < $1.row }
        answer.accepted = batch.rows.count - answer.refused.count
        return Reply.json(202, answer)
    }

    /// How many of the rows are about people whose contacts are known. Keeps nothing and calls nothing.
    private func known(among rows: [String], read reader: ZenPlannerReader, of gym: Gym) async throws -> KnownPeople {
        var answer = KnownPeople()
        for row in rows {
            guard case .change(let change, _) = reader.read(report: Array(row.utf8)) else { continue }
            let keys = Array(LaneKeys.keys(of: change).prefix(QueuePolicy().maxKeys))
            let state = keys.isEmpty ? [] : try await queue.state(ofLaneWith: keys, of: gym.id.tenant)
            answer.people += 1
            if Mirror.subject(of: state) != nil { answer.known += 1 }
        }
        return answer
    }

    /// At once, so that one sync may serve them all. Returns the rows that cannot be kept for a reason of their own.
    private func accept(_ rows: [ImportBatch.Row]) async throws(QueueError) -> [ImportAnswer.Refused] {
        let failures = await withTaskGroup(of: (Int, QueueError)?.self) { [queue] group in
            for row in rows {
                group.addTask {
                    do throws(QueueError) {
                        _ = try await queue.enqueue(row.job)
                        return nil
                    } catch {
                        return (row.number, error)
                    }
                }
            }
            return await group.reduce(into: [(Int, QueueError)]()) { failures, failure in
                if let failure { failures.append(failure) }
            }
        }
        var refused: [ImportAnswer.Refused] = []
        for (row, failure) in failures {
            switch failure {
            case .tooLarge, .unusable: refused.append(.init(row: row, reason: "\(failure)"))
            default: throw failure
            }
        }
        return refused
    }
}

struct KnownPeople: Encodable {
    var people = 0
    var known = 0
}

struct ImportAnswer: Encodable {
    struct Refused: Encodable {
        var row: Int
        var reason: String
    }

    var accepted = 0
    var refused: [Refused] = []
}

struct ImportBatch: Decodable {
    static let mostRows = 1_000
    var rows: [String]

    struct Row {
        /// From 1.
        var number: Int
        var job: NewJob
    }

    /// Runs of rows about different people: those about one person keep their order.
    static func runs(of rows: [Row]) -> [[Row]] {
        var runs: [[Row]] = [[]]
        var met: Set<LaneKey> = []
        for row in rows {
            if !met.isDisjoint(with: row.job.keys) {
                runs.append([])
                met = []
            }
            met.formUnion(row.job.keys)
            runs[runs.count - 1].append(row)
        }
        return runs
    }
}
