protocol Command {
    /// The words that name it, such as `["journal", "verify"]`.
    static var words: [String] { get }
    /// One line for the overview.
    static var summary: String { get }
    /// Everything that `--help` prints below the summary.
    static var help: String { get }

    init(_ arguments: inout Arguments) throws(UsageError)
    func run() async throws -> ExitCode
}
