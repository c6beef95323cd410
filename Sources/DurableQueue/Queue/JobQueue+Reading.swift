/// Payloads and lane states lie in the log; only where they lie is in memory.
extension JobQueue {
    public func payload(of id: JobID) async throws(QueueError) -> [UInt8] {
        guard state.jobs[id] != nil else { throw .noSuchJob(id) }
        guard let record = try await record(at: { self.state.jobs[id]?.address })?.asAccepted else {
            throw state.jobs[id] == nil ? .noSuchJob(id) : .damaged("the record of job \(id) is not one of a job")
        }
        return record.payload
    }

    /// The state of a lane that runs: read once while the lane lives.
    func knownState(of lane: LaneID) async throws(QueueError) -> StoredState {
        let stored = try await storedState(of: lane, unless: lanes.known(lane))
        lanes.know(stored, of: lane)
        return stored
    }

    /// A lane's own state as last written, without those of lanes that were joined into it.
    ///
    /// - Parameter known: what was read or written before; returned without reading if it is the present one.
    func storedState(of lane: LaneID, unless known: StoredState? = nil) async throws(QueueError) -> StoredState {
        let address = state.lanes.stateAddress(of: lane)
        if let known, known.address == address { return known }
        return StoredState(state: LaneState(try await laneState(of: lane)), address: address)
    }

    /// The durable state, as last written, of the lane that these keys lead to; empty if there is none.
    public func state(ofLaneWith keys: [LaneKey], of tenant: TenantID) async throws(QueueError) -> [UInt8] {
        let placement = state.lanes.place(try checked(keys), of: tenant)
        guard !placement.isNew else { return [] }
        var known: LaneState = []
        for lane in [placement.lane] + placement.joins {
            for part in [lane] + (state.lanes[lane]?.merged.map(\.lane) ?? []) {
                let theirs = try await storedState(of: part).state
                if !theirs.isEmpty { known = known.isEmpty ? theirs : handler.merge(known, theirs) }
            }
        }
        return known.bytes
    }

    /// The lanes that any of these keys leads to by itself.
    public func lanes(of keys: [LaneKey], of tenant: TenantID) -> Set<LaneID> {
        let keys = keys.map { $0.shortened(to: policy.maxKeyBytes) }
        let places = keys.map { state.lanes.place([$0], of: tenant) }
        return Set(places.filter { !$0.isNew }.map(\.lane))
    }

    func laneState(of lane: LaneID) async throws(QueueError) -> [UInt8] {
        guard state.lanes.stateAddress(of: lane) != nil else { return [] }
        guard let bytes = try await record(at: { self.state.lanes.stateAddress(of: lane) })?.asLaneState else {
            throw .damaged("the record of lane \(lane)'s state is not one")
        }
        return bytes
    }

    /// Reads what lies at an address that may change meanwhile, when a nearly empty part of the log is copied forward and
    /// let go.
    private func record(at address: () -> LogAddress?) async throws(QueueError) -> QueueRecord? {
        while let now = address() {
            do throws(QueueError) {
                return try await record(at: now)
            } catch {
                if address() == now { throw error }
            }
        }
        return nil
    }

    func record(at address: LogAddress) async throws(QueueError) -> QueueRecord {
        let found: (kind: UInt8, payload: [UInt8])
        do throws(LogFailure) {
            found = try await log.read(address)
        } catch {
            if case .unreadable(let reason) = error {
                tellOfReading { $0.failed(address, reason, at: steadyNow) }
            }
            throw QueueError(error)
        }
        tellOfReading { $0.succeeded(address, at: steadyNow) }
        do {
            return try QueueRecord(kind: found.kind, payload: found.payload)
        } catch {
            throw .damaged("a record of a kind that is not known")
        }
    }

    /// Why records cannot be read for now; nil if all that were tried can.
    public var readFailure: String? { readFailures.reason(at: steadyNow) }

    private func tellOfReading(_ change: (inout ReadFailures) -> Void) {
        let before = readFailures.isWell
        change(&readFailures)
        guard readFailures.isWell != before else { return }
        eventSource.publish(.changed)
        handler.readingChanged(readFailures.reason(at: steadyNow))
    }
}
