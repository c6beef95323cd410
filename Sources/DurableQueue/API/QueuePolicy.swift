/// The queue's bounds and manners.
public struct QueuePolicy: Sendable {
    public enum AfterDead: Sendable {
        /// What follows in the lane goes on.
        case goOn
        /// What follows waits until the dead job is retried or discarded.
        case park
    }

    public var retry = RetryPolicy()
    /// Lanes of one tenant that run at once, and of all tenants; bulk jobs leave a quarter of either to live ones (of a
    /// tenant's only lane they leave none; then one live lane may run beside it). A
    /// handler that waits for something scarce waits with its lane, so this is also how many can be in line for it.
    ///
    /// Once `lanes` run, a tenant that runs less than its share (`lanes` divided by the tenants that have something to
    /// run, and at least `leastLanesPerTenant`) gets a place all the same: tenants whose lanes all wait keep no other
    /// from running, however many they are. What runs then grows with the logarithm of their number.
    public var lanesPerTenant = 64
    public var lanes = 1_024
    public var leastLanesPerTenant = 8
    /// Payloads and lane states that the running lanes hold in memory; one tenant's hold a quarter at most. The last one
    /// that is begun may go over it. Shared as the lanes are, and each tenant may always run one lane.
    public var maxRunningBytes = 64 << 20
    /// Bytes of one payload.
    public var maxPayload = 1 << 20
    /// Keys of one job, and bytes of one key's value.
    public var maxKeys = 8
    public var maxKeyBytes = 1_024
    /// Jobs of one joint run, and bytes of their payloads (of which a first job that is larger goes alone).
    public var maxBatch = 64
    public var maxBatchBytes = 1 << 20
    /// Bytes of a lane's state.
    public var maxLaneState = 64 << 10
    /// A checkpoint is written when this much has been logged since the last.
    public var checkpointEvery = 16 << 20
    public var afterDead: AfterDead = .goOn
    /// Tenants with a manner of their own.
    public var afterDeadByTenant: [TenantID: AfterDead] = [:]
    /// Idle lanes that are forgotten together: so many that their record hardly counts.
    var lanesForgottenAtOnce = 256

    public init() {}

    func parks(_ tenant: TenantID) -> Bool { (afterDeadByTenant[tenant] ?? afterDead) == .park }
}
