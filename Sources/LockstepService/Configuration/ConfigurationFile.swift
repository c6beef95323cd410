import Foundation

extension Configuration {
    /// Reads a configuration file, its secrets included. Nothing else is touched.
    package static func load(
        _ file: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> Configuration {
        let bytes: [UInt8]
        do {
            bytes = try ConfigurationFile.read(file)
        } catch {
            throw ConfigurationError(file: file, problems: [.init("", .unreadable(reason: "it \(error.reason)"))])
        }
        let directory = URL(fileURLWithPath: file).deletingLastPathComponent()
        func absolute(_ path: String) -> String { URL(fileURLWithPath: path, relativeTo: directory).path }

        let secrets = SecretSource(environment: environment) { path throws(FileProblem) in
            try ConfigurationFile.read(absolute(path))
        }
        var configuration = try ConfigurationReader.read(bytes, file: file, secrets: secrets)
        // The journal must not depend on where the service happens to be started: it would find no jobs elsewhere.
        configuration.data = absolute(configuration.data)
        return configuration
    }
}

private enum ConfigurationFile {
    /// A thousand gyms fit several times.
    static let mostBytes = 4 * 1024 * 1024

    static func read(_ path: String) throws(FileProblem) -> [UInt8] {
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
