import Foundation

/// Where a peer is started.
struct PeerPlace {
    /// Its own, empty at the start.
    var directory: URL
    var cleanup: CleanupProcess
    /// What makes its syncs take longer, if they should.
    var slowSyncs: SlowSyncs?
}
