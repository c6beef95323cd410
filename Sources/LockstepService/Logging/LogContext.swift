/// What the work that a line of the log is written in is about.
package struct LogContext: Equatable, Sendable {
    package var gym: String?
    package var job: String?

    /// Of the running task; empty outside of a job's run.
    @TaskLocal package static var current = LogContext()
}
