/// The exit code of the process.
enum ExitCode: Int32 {
    case done = 0
    case failed = 1
    case usage = 2
    /// What `bench --expect` asked for was not met.
    case unmet = 3
}
