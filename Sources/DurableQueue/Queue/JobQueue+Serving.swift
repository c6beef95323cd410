/// Tenants that are not served.
extension JobQueue {
    /// Runs jobs of these tenants only; nil: of all. Those of others wait, as if they were paused: for a tenant that is
    /// missing from a configuration for a while.
    public func serve(only tenants: Set<TenantID>?) {
        perform(scheduler.serve(only: tenants))
        eventSource.publish(.changed)
    }
}
