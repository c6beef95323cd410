import LockstepService

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How many descriptors the system lets this process have.
enum DescriptorLimit {
    /// Raises the soft limit to the hard one, and shares it out.
    static func plan() throws(CommandFailure) -> DescriptorPlan {
        let limit = raise()
        if let plan = DescriptorPlan(limit: limit) { return plan }
        throw CommandFailure(
            "this process may have \(limit) files open, and the service needs at least \(DescriptorPlan.smallest): raise "
                + "the limit (ulimit -n, or LimitNOFILE= of systemd) and start it again")
    }

    /// Returns the limit that holds then.
    static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(kind, &limit) == 0 else { return DescriptorPlan.smallest }
        let soft = limit.rlim_cur
        #if canImport(Darwin)
            limit.rlim_cur = min(limit.rlim_max, rlim_t(OPEN_MAX))
        #else
            limit.rlim_cur = limit.rlim_max
        #endif
        // Refused at worst; what there was is left then.
        if setrlimit(kind, &limit) != 0 { limit.rlim_cur = soft }
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
        private static let kind = RLIMIT_NOFILE
    #endif
}
