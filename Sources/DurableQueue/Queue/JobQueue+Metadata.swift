import AsyncPrimitives

/// Small durable values by name. One too large for a record is kept in parts: a head names them, and takes their place
/// in one step, so that a crash between leaves the value as it was before.
extension JobQueue {
    /// Bytes of one value.
    package static let largestMetadata = 64 << 20
    private var partSize: Int { min(policy.maxPayload, 512 << 10) / 2 }

    /// Nil also for one that was set to nothing.
    public func metadata(_ key: String) -> [UInt8]? {
        guard let head = MetadataHead(state.metadata[MetadataHead.key(of: key)]) else { return state.metadata[key] }
        var value: [UInt8] = []
        for part in 0..<head.parts { value += state.metadata[head.key(of: part, key)] ?? [] }
        return value
    }

    /// The notes whose keys begin with `prefix`, in no order. Looks at every key: for starts, and for small values only.
    public func metadata(withPrefix prefix: String) -> [[UInt8]] {
        state.metadata.filter { $0.key.hasPrefix(prefix) }.map(\.value)
    }

    /// - Parameter durable: true returns once the value is on disk for good, and waits for room if there is none. False is
    ///   for values that may be lost: it returns as soon as the value has its place, and a full disk drops and counts them.
    /// - Throws: `.full` if the value was dropped, or the queue stops: the one before stays.
    public func setMetadata(_ key: String, _ value: [UInt8], durable isDurable: Bool) async throws(QueueError) {
        guard key.utf8.count + value.count <= Self.largestMetadata else {
            throw .tooLarge(bytes: key.utf8.count + value.count, limit: Self.largestMetadata)
        }
        let ticket: LogTicket
        if key.utf8.count + value.count <= 2 * partSize {
            let old = MetadataHead(state.metadata[MetadataHead.key(of: key)])
            let first = try await put(key, value, isDurable)
            ticket = try old == nil ? first : put(MetadataHead.key(of: key), [])
            if old != nil { try eraseParts(of: key, but: nil) }
        } else {
            ticket = try await write(inParts: value, key, isDurable)
        }
        if isDurable { try await durable(ticket) }
    }

    private func write(inParts value: [UInt8], _ key: String, _ isDurable: Bool) async throws(QueueError) -> LogTicket {
        let old = MetadataHead(state.metadata[MetadataHead.key(of: key)])
        metadataGeneration = max(metadataGeneration, old?.generation ?? 0) &+ 1
        let head = MetadataHead(generation: metadataGeneration, parts: (value.count + partSize - 1) / partSize)
        do throws(QueueError) {
            for part in 0..<head.parts {
                let piece = value[(part * partSize)..<min((part + 1) * partSize, value.count)]
                _ = try await put(head.key(of: part, key), Array(piece), isDurable)
            }
            let ticket = try await put(MetadataHead.key(of: key), head.bytes, isDurable)
            if state.metadata[key] != nil { _ = try put(key, []) }
            try eraseParts(of: key, but: head)
            return ticket
        } catch {
            for part in 0..<head.parts where state.metadata[head.key(of: part, key)] != nil {
                _ = try? put(head.key(of: part, key), [])
            }
            throw error
        }
    }

    /// Also those of a value that was never whole, since the process ended before.
    private func eraseParts(of key: String, but head: MetadataHead?) throws(QueueError) {
        for name in state.metadata.keys where MetadataHead.isPart(name, of: key) {
            if let head, name.hasPrefix(head.prefix) { continue }
            _ = try put(name, [])
        }
    }

    /// Small and rare, and it gives room back.
    private func put(_ key: String, _ value: [UInt8]) throws(QueueError) -> LogTicket {
        try submit(.metadata(key: key, value: value), .always)
    }

    private func put(_ key: String, _ value: [UInt8], _ isNeeded: Bool) async throws(QueueError) -> LogTicket {
        let record = QueueRecord.metadata(key: key, value: value)
        var waits = 0
        while true {
            let gains = log.roomGains
            do throws(QueueError) { return try submit(record, isNeeded ? .needed : .ifRoom) } catch {
                guard error == .full else { throw error }
                // Small ones that calls depend on, such as the budget's use, do not wait for compaction, which gives their
                // room back: each replaces the one before.
                if isNeeded, value.count <= Self.smallMetadata {
                    compaction.refused()
                    wakeup.signal()
                    return try submit(record, .always)
                }
                do throws(QueueError) {
                    if isNeeded {
                        try await makeRoom(after: gains)
                    } else {
                        try await waitIfComing(&waits, after: gains)
                    }
                } catch {
                    if !isNeeded { droppedMetadata += 1 }
                    throw error
                }
            }
        }
    }

    private static let smallMetadata = 4 << 10
}
