import LockstepService

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The limit of open files of this process.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one, and shares it out.
    static func plan() throws(CommandFailure) -> DescriptorPlan {
        let limit = raise()
        if let plan = DescriptorPlan(limit: limit) { return plan }
        throw CommandFailure(
            "this process may have \(limit) files open, and the service needs at least \(DescriptorPlan.smallest): raise "
                + "the limit (ulimit -n, or LimitNOFILE= of systemd) and start it again")
    }

    /// Raises the soft limit to the hard one and returns the limit that holds then.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0 else { return DescriptorPlan.smallest }
        let soft = limit.rlim_cur
        #if canImport(Darwin)
            limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
        #else
            limit.rlim_cur = limit.rlim_max
        #endif
        // If the system refuses, the old limit still holds.
        if setrlimit(kind, &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let kind = RLIMIT_NOFILE
    #endif
}
