import Connectors
import ContactSync
import DurableQueue
import Foundation
import Keap

/// Finds the jobs that a filter means, with the persons that they are about.
struct JobListing: Sendable {
    struct Row: Sendable {
        var job: JobView
        /// Nil once it is not known any more.
        var person: String?
    }

    struct Page: Sendable {
        /// Oldest first.
        var rows: [Row] = []
        /// Where the next page begins: its `before`, or its `after` if this page had one. Nil: there are no more.
        var next: JobID?
    }

    let queue: JobQueue
    let gyms: Gyms

    /// The newest jobs that fit, or those after a given one. A page may hold fewer than asked for and still have a next one:
    /// what must be searched for in messages is searched for in so many of them at most.
    func page(
        _ filter: JobFilter, limit: Int, before: JobID? = nil, after: JobID? = nil, readsAtMost: Int = Self.readsAtOnce
    ) async -> Page {
        guard var query = await query(filter) else { return Page() }
        (query.before, query.after) = (before, after)
        let wanted = filter.needle
        var (page, looked) = (Page(), 0)
        repeat {
            query.limit = wanted == nil ? limit - page.rows.count : Self.piece
            let found = await queue.page(query)
            page.next = found.next
            if after == nil { query.before = found.next } else { query.after = found.next }
            for job in after == nil ? found.jobs.reversed() : found.jobs {
                looked += 1
                let row = Row(job: job, person: await person(of: job))
                guard wanted?.isIn(row) ?? true else { continue }
                page.rows.append(row)
                guard page.rows.count < limit else {
                    if job.id != (after == nil ? found.jobs.first : found.jobs.last)?.id { page.next = job.id }
                    break
                }
            }
        } while page.rows.count < limit && page.next != nil && looked < readsAtMost && !Task.isCancelled
        if after == nil { page.rows.reverse() }
        return page
    }

    /// How many jobs fit that were accepted before a given one.
    func count(_ filter: JobFilter, before: JobID) async -> Int {
        guard var query = await query(filter) else { return 0 }
        let wanted = filter.needle
        (query.limit, query.before) = (wanted == nil ? 10_000 : Self.piece, before)
        var count = 0
        while !Task.isCancelled {
            let found = await queue.page(query)
            if let wanted {
                for job in found.jobs where wanted.isIn(Row(job: job, person: await person(of: job))) { count += 1 }
            } else {
                count += found.jobs.count
            }
            guard let next = found.next else { break }
            query.before = next
        }
        return count
    }

    static let readsAtOnce = 20_000
    private static let piece = 256

    /// Nil: nothing can fit.
    private func query(_ filter: JobFilter) async -> JobQuery? {
        var query = filter.query
        guard let person = filter.person, !person.contains("@") else { return query }
        let keys = [
            LaneKeys.key(ofPerson: person), LaneKeys.key(ofRecord: person), LaneKeys.key(of: ContactID(person)),
        ]
        let tenants = filter.gym.map { [TenantID(rawValue: $0)] } ?? gyms.all.map(\.id.tenant)
        var lanes: Set<LaneID> = []
        for tenant in tenants { lanes.formUnion(await queue.lanes(of: keys, of: tenant)) }
        query.lanes = query.lanes.map { lanes.intersection($0) } ?? lanes
        return query.lanes?.isEmpty == true ? nil : query
    }

    /// The person or thing that a job is about: as its stored message says or, once that is gone, as its lane remembers.
    /// Reads from the disk.
    func person(of job: JobView) async -> String? {
        guard let gym = gyms[job.tenant.rawValue] else { return nil }
        guard job.finishedAt == nil || job.state == .dead else {
            guard let lane = job.lane, let state = try? await queue.state(of: lane) else { return nil }
            return Mirror.person(of: state)
        }
        guard let payload = try? await queue.payload(of: job.id), case .success(let change) = gym.read(payload) else {
            return nil
        }
        return change.subject
    }

    /// Reads the message of a job that could not be placed again, so that it gets its lane when the mapping was mended.
    func keys(of job: JobView) async throws(AdminRoutes.Refusal) -> [LaneKey] {
        guard job.lane == nil else { return [] }
        guard let gym = gyms[job.tenant.rawValue] else {
            throw .init(409, "gym \(job.tenant.rawValue) is not in the configuration")
        }
        let payload: [UInt8]
        do throws(QueueError) {
            payload = try await queue.payload(of: job.id)
        } catch {
            throw .init(error.status, error.description)
        }
        switch gym.read(payload) {
        case .success(let change): return change.laneKeys
        case .failure(let problem): throw .init(409, problem.sentence)
        }
    }
}
