public struct QueueCounts: Sendable {
    public var tenants: [TenantID: TenantCounts] = [:]
    /// Jobs accepted since the log began.
    public var accepted: UInt64 = 0
    /// Jobs done since the log began.
    public var done: UInt64 = 0
    public var lanes = 0
    public var lanesRunning = 0
    /// Completions by attempts that no longer held their lane; ignored.
    public var staleCompletions = 0
    public init() {}
}
