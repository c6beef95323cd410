/// Where the records begin that no later record claims to be synced.
struct UnsyncedTail {
    private var frames: [(sequence: UInt64, offset: UInt64)] = []
    private var synced: UInt64 = 0

    /// Nil if all are known to be on the disk.
    var start: UInt64? { frames.first?.offset }

    mutating func note(_ frame: FrameHeader, at offset: UInt64) {
        // The claim rises once a batch, so this goes through each record once.
        if frame.synced > synced {
            synced = frame.synced
            frames.removeAll { $0.sequence <= synced }
        }
        // What a frame says is true of those before it only: a seal tells that all is synced, and its own sync may have
        // failed.
        frames.append((frame.sequence, offset))
    }
}
