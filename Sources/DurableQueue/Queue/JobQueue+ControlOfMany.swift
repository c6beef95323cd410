/// What operators ask for many jobs at once: the records of one call share their way to the disk.
extension JobQueue {
    /// Puts dead jobs back into their places, in the order given. Give it a few hundred at once: others wait meanwhile.
    ///
    /// - Parameter jobs: with the keys of those that had no lane.
    /// - Returns: for each, why it was not retried; nil if it was, and that is on disk for good.
    public func retry(_ jobs: [(id: JobID, keys: [LaneKey])]) async -> [QueueError?] {
        await perform(on: jobs.map(\.id)) { place throws(QueueError) in
            let (id, keys) = (jobs[place].id, try self.checked(jobs[place].keys))
            let job = try self.open(id)
            guard job.isDead else { throw .notNow(id, self.name(of: id, job)) }
            var lane = job.lane.map(self.state.lanes.current)
            if lane == nil {
                guard !keys.isEmpty else { throw .unroutable(id) }
                lane = try self.place(keys, of: job.tenant)
            }
            return (lane, .revived(job: id, lane: lane, keys: keys))
        }
    }

    /// Closes jobs without doing them. Jobs that have a place among those that run are discarded one by one.
    ///
    /// - Returns: for each, why it was not discarded; nil if it was, and that is on disk for good.
    public func discard(_ ids: [JobID]) async -> [QueueError?] {
        var alone: [Int] = []
        var failures = await perform(on: ids) { place throws(QueueError) in
            let id = ids[place]
            let job = try self.open(id)
            guard job.isDead || self.scheduler.lease(of: id) == nil else {
                alone.append(place)
                return nil
            }
            return (nil, self.discarding(id, job))
        }
        for place in alone where !Task.isCancelled {
            do throws(QueueError) { try await discard(ids[place]) } catch { failures[place] = error }
        }
        return failures
    }

    /// - Parameter record: takes a job's place in the list and returns what is to be written, and the lane that waits for it if
    ///   it is not the job's; nil: nothing yet.
    private func perform(
        on ids: [JobID], _ record: (Int) throws(QueueError) -> (lane: LaneID?, QueueRecord)?
    ) async -> [QueueError?] {
        var failures = [QueueError?](repeating: nil, count: ids.count)
        var submitted: [Int] = []
        var last: LogTicket?
        log.together {
            for place in ids.indices {
                do throws(QueueError) {
                    guard let (lane, record) = try record(place) else { continue }
                    scheduler.hold(ids[place], in: lane)
                    submitted.append(place)
                    last = try submit(record, .always)
                } catch {
                    failures[place] = error
                }
            }
        }
        if let last {
            do throws(QueueError) { try await durable(last) } catch {
                for place in submitted { failures[place] = error }
            }
        }
        for place in submitted { perform(scheduler.unhold(ids[place])) }
        eventSource.publish(.changed)
        return failures
    }
}
