import ConfigurationReading
import Foundation
import Keap
import EmbeddedHTTP
import Testing

@testable import LockstepService

struct ConfigurationFileTests {
    /// A directory of its own for one test, removed at its end.
    private func inDirectory(_ test: (URL) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("lockstep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Left behind, it would only be litter.
        defer { try? FileManager.default.removeItem(at: directory) }
        try test(directory)
    }

    @Test func `paths in a configuration count from its directory`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("lockstep.json")
            try Data("secret-key\n".utf8).write(to: directory.appendingPathComponent("keap.key"))
            try Data(#"{"data": "jobs", "gyms": [{"id": "a", "keap": {"key": {"file": "keap.key"}}}]}"#.utf8).write(
                to: file)

            let configuration = try Configuration.load(file.path, environment: [:])
            #expect(configuration.data == directory.appendingPathComponent("jobs").path)
            #expect(configuration.gyms.map(\.id.description) == ["a"])
        }
    }

    @Test func `a file of authorities counts from there too, and must be there and hold certificates`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("lockstep.json")
            let gyms = #"{"gyms": [{"id": "a", "keap": {"key": "k", "caFile": "own.pem"}}]}"#
            try Data(gyms.utf8).write(to: file)
            let certificates = directory.appendingPathComponent("own.pem")
            #expect(Self.problem(in: file) == .notUsable(reason: "the file own.pem does not exist"))
            try Data("secret".utf8).write(to: certificates)
            #expect(Self.problem(in: file) == .notUsable(reason: "own.pem holds no certificate in PEM form"))
            try Data("-----BEGIN CERTIFICATE-----\n".utf8).write(to: certificates)
            let configuration = try Configuration.load(file.path, environment: [:])
            #expect(configuration.gyms.map(\.keap.site.authorities) == [certificates.path])
            try FileManager.default.removeItem(at: certificates)
            #expect(try Configuration.load(file.path, needsSecrets: false, environment: [:]).gyms.count == 1)
        }
    }

    /// What is wrong with `gyms[0].keap.caFile`.
    private static func problem(in file: URL) -> ConfigurationProblem.Kind? {
        do {
            _ = try Configuration.load(file.path, environment: [:])
            return nil
        } catch {
            return error.problems.first { $0.path == "gyms[0].keap.caFile" }?.kind
        }
    }

    @Test func `a command finds the service without any gym's secret`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("lockstep.json")
            let gyms = (1...40).map {
                #"{"id": "g\#($0)", "keap": {"key": {"env": "K\#($0)"}}, "zenPlanner": {"token": {"file": "t\#($0)"}}}"#
            }
            let text =
                #"{"admin": "127.0.0.1:9", "adminToken": {"env": "T"}, "gyms": [\#(gyms.joined(separator: ","))]}"#
            try Data(text.utf8).write(to: file)
            #expect(throws: ConfigurationError.self) { try Configuration.load(file.path, environment: [:]) }
            #expect(try AdminAccess.load(file.path, environment: ["T": "told"]).token?.text == "told")
            #expect(try AdminAccess.load(file.path, needsToken: false, environment: [:]).admin.port == 9)
            let error = #expect(throws: ConfigurationError.self) { try AdminAccess.load(file.path, environment: [:]) }
            #expect(error?.problems.map(\.path) == ["adminToken"])
            // Other settings are there too, and gyms stay apart, as their keys do.
            let settings = try Configuration.load(file.path, needsSecrets: false, environment: [:])
            #expect(settings.gyms.count == 40 && Set(settings.gyms.map(\.keap.site)).count == 40)
        }
    }

    @Test func `an absolute path stays as it is`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("lockstep.json")
            try Data(#"{"data": "/var/lib/jobs", "gyms": [{"id": "a", "keap": {"key": "k"}}]}"#.utf8).write(to: file)
            #expect(try Configuration.load(file.path, environment: [:]).data == "/var/lib/jobs")
        }
    }

    @Test func `a file that is not there, or is a directory, is said to be`() throws {
        try inDirectory { directory in
            let missing = directory.appendingPathComponent("none.json").path
            #expect(
                throws: ConfigurationError(
                    file: missing, problems: [.init("", .unreadable(reason: "it does not exist"))])
            ) {
                try Configuration.load(missing, environment: [:])
            }
            #expect(
                throws: ConfigurationError(
                    file: directory.path, problems: [.init("", .unreadable(reason: "it is a directory"))])
            ) {
                try Configuration.load(directory.path, environment: [:])
            }
        }
    }

    @Test func `a file beyond any configuration's size is not read`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("huge.json")
            try Data(count: 4 * 1024 * 1024 + 1).write(to: file)
            #expect {
                try Configuration.load(file.path, environment: [:])
            } throws: { error in
                "\(error)".contains("it is larger than")
            }
        }
    }

    @Test func `a problem inside carries the file's name`() throws {
        try inDirectory { directory in
            let file = directory.appendingPathComponent("lockstep.json")
            try Data("{\n\"gyms\": 1}".utf8).write(to: file)
            #expect {
                try Configuration.load(file.path, environment: [:])
            } throws: { error in
                "\(error)" == "\(file.path):2:9: gyms must be a list, not a number"
            }
        }
    }
}
