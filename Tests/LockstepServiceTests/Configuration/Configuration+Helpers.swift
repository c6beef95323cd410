import ZenPlanner
import OnceHub
import Connectors
import ConfigurationReading
@testable import LockstepService

/// Reads a configuration without touching environment or disk.
func read(
    _ text: String, environment: [String: String] = [:], files: [String: String] = [:]
) throws(ConfigurationError) -> Configuration {
    let secrets = SecretSource(environment: environment) { path throws(FileProblem) in
        guard let content = files[path] else { throw FileProblem(reason: "does not exist") }
        return Array(content.utf8)
    }
    return try ConfigurationReader.read(Array(text.utf8), file: "lockstep.json", secrets: secrets)
}

/// A configuration with one gym whose object ends in `more`.
func gym(_ more: String = "", keap: String = "") -> String {
    """
    {"gyms": [{"id": "downtown", "keap": {"key": "k-1" \(keap.isEmpty ? "" : ", " + keap)}\
    \(more.isEmpty ? "" : ", " + more)}]}
    """
}

/// What is wrong with a configuration; empty if nothing is.
func problems(
    _ text: String, environment: [String: String] = [:], files: [String: String] = [:]
) -> [ConfigurationProblem] {
    do {
        _ = try read(text, environment: environment, files: files)
        return []
    } catch {
        return error.problems
    }
}

/// The same as path and kind, since places are a matter of few tests.
func kinds(_ text: String, environment: [String: String] = [:], files: [String: String] = [:]) -> [Found] {
    problems(text, environment: environment, files: files).map { Found($0.path, $0.kind) }
}

struct Found: Equatable {
    var path: String
    var kind: ConfigurationProblem.Kind

    init(_ path: String, _ kind: ConfigurationProblem.Kind) { (self.path, self.kind) = (path, kind) }
}

extension GymConfiguration {
    var zenPlanner: ZenPlannerSource? { sources[ZenPlannerSource.self] }
    var onceHub: OnceHubSource? { sources[OnceHubSource.self] }
}
