import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Starts programs.
///
/// Not by Foundation's `Process`: that waits for the programs that the program started too, and hands on the blocked signals
/// of the thread that it is called on.
enum Spawn {
    enum Input {
        case nothing
        case descriptor(Int32)
    }

    /// Returns the process id.
    ///
    /// - Parameters:
    ///   - words: the program's whole path, and its arguments.
    ///   - output: the file that gets what it says.
    ///   - isOwnGroup: whether Ctrl-C at the terminal passes it by.
    static func start(
        _ words: [String], input: Input, output: String, environment added: [String: String] = [:], isOwnGroup: Bool
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        switch input {
        case .nothing: posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        case .descriptor(let file): posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO)
        }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        if isOwnGroup { flags |= Int32(POSIX_SPAWN_SETPGROUP) }
        posix_spawnattr_setflags(&attributes, Int16(flags))
        let all = ProcessInfo.processInfo.environment.merging(added) { $1 }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, words[0], &actions, &attributes, &arguments, &variables)
        try require(code == 0, "\(words[0]) cannot be started: \(String(cString: strerror(code)))")
        return id
    }
}
