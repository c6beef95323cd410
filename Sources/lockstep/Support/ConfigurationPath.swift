import Foundation

/// The configuration that a command reads where none is named.
struct ConfigurationPath: Equatable {
    var file: String
    /// Why it is this one, to stand behind its name.
    var origin: String

    static let variable = "LOCKSTEP_CONFIG"
    static let places = [("lockstep.json", "in this directory"), ("/etc/lockstep/lockstep.json", "the system's")]
    static let rule = "--config FILE, \(variable), ./lockstep.json or /etc/lockstep/lockstep.json"

    /// The first that there is. One that the environment names is taken even if it is missing, so that a misspelt name is
    /// an error and no other file takes its place.
    static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        exists: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }
    ) -> ConfigurationPath? {
        if let file = environment[variable], !file.isEmpty {
            return ConfigurationPath(file: file, origin: "which \(variable) names")
        }
        return places.first { exists($0.0) }.map { ConfigurationPath(file: $0.0, origin: $0.1) }
    }
}
