import Foundation

/// Where programs are, those of servers too, which are not in everyone's path.
enum Programs {
    static func path(of name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let postgres = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        // Debian's PostgreSQL by its versions first: what is in the path there chooses among several servers.
        let newest = postgres.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
        let folders =
            newest.map { "/usr/lib/postgresql/\($0)/bin" } + path.split(separator: ":").map(String.init)
            + ["/usr/sbin", "/sbin", "/usr/local/sbin"]
        return folders.lazy.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// This program.
    static var own: String {
        let link = "/proc/self/exe"
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
        return path ?? CommandLine.arguments[0]
    }
}
