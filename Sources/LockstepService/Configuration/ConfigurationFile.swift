package import ConfigurationReading
import Foundation
import Keap

extension Configuration {
    /// Reads a configuration file. Nothing else is touched but the files of secrets and certificates.
    ///
    /// - Parameter needsSecrets: false leaves the secrets where they are and puts something else into their places: for
    ///   commands that want other settings, and may be run where the secrets are not.
    package static func load(
        _ file: String, needsSecrets: Bool = true, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> Configuration {
        let opened = try ConfigurationFile(file, environment, needsSecrets: needsSecrets)
        var configuration = try ConfigurationReader.read(opened.bytes, file: file, secrets: opened.secrets)
        // Placeholders for secrets tell no accounts apart.
        let problems = needsSecrets ? configuration.sharedAccountProblems + configuration.sharedDataSourceProblems : []
        guard problems.isEmpty else { throw ConfigurationError(file: file, problems: problems) }
        // The journal must not depend on where the service happens to be started: it would find no jobs elsewhere.
        configuration.data = opened.absolute(configuration.data)
        for place in configuration.gyms.indices {
            guard let path = configuration.gyms[place].keap.site.authorities else { continue }
            configuration.gyms[place].keap.site.authorities = opened.absolute(path)
        }
        configuration.file = file
        return configuration
    }
}

extension AdminAccess {
    /// Reads what a command needs to find the running service, and neither a gym nor a gym's secret.
    ///
    /// - Parameter needsToken: false if the token is known already.
    package static func load(
        _ file: String, needsToken: Bool = true, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> AdminAccess {
        let opened = try ConfigurationFile(file, environment, needsSecrets: needsToken)
        var access = try ConfigurationReader.readAccess(opened.bytes, file: file, secrets: opened.secrets)
        if !needsToken { access.token = nil }
        return access
    }
}

/// A configuration file's bytes, and where its secrets and paths count from.
private struct ConfigurationFile {
    let bytes: [UInt8]
    let secrets: SecretSource
    private let directory: URL

    init(_ file: String, _ environment: [String: String], needsSecrets: Bool) throws(ConfigurationError) {
        do {
            bytes = try Self.read(file)
        } catch {
            throw ConfigurationError(file: file, problems: [.init("", .unreadable(reason: "it \(error.reason)"))])
        }
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent()
        self.directory = directory
        secrets = SecretSource(
            environment: environment, isReading: needsSecrets,
            readFile: { path throws(FileProblem) in
                try Self.read(URL(fileURLWithPath: path, relativeTo: directory).path)
            })
    }

    func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: directory).path }

    /// A thousand gyms fit several times.
    private static let mostBytes = 4 * 1024 * 1024

    private static func read(_ path: String) throws(FileProblem) -> [UInt8] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw FileProblem(reason: "does not exist")
        }
        guard !isDirectory.boolValue else { throw FileProblem(reason: "is a directory") }
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }  // Nothing was written, so nothing can be lost.
            let bytes = [UInt8](try handle.read(upToCount: mostBytes + 1) ?? Data())
            guard bytes.count <= mostBytes else { throw FileProblem(reason: "is larger than \(mostBytes) bytes") }
            return bytes
        } catch let problem as FileProblem {
            throw problem
        } catch {
            throw FileProblem(reason: "cannot be opened for reading")
        }
    }
}
