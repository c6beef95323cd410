import Clocks
import ConfigurationReading
import DeterministicSimulation
import FileJournal
import Foundation
import OutboundAPI
import Testing

@testable import LockstepService

struct TokenFileTests {
    private static let memory = TokenMemory(
        pair: TokenPair(
            access: APIKey("access-text"), refresh: APIKey("refresh-text"), issuedAt: WallTime(milliseconds: 1),
            expiresAt: WallTime(milliseconds: 86_400_001)),
        account: "north.infusionsoft.com", refreshBegunAt: WallTime(milliseconds: 5), endedBecause: "why")

    private func file(_ files: any FileSystem, in directory: String = "/data/tokens", client: String = "group") throws
        -> TokenFile
    {
        TokenFile(
            files: files, directory: directory, gym: try #require(GymID("north")), clientID: client, work: .atOnce)
    }

    @Test func `what is saved is loaded, and another client's is not used`() async throws {
        let files = SimulatedFileSystem()
        try files.createDirectory("/data")
        let file = try file(files)
        #expect(file.load() == .none)
        try await file.save(Self.memory)
        #expect(file.load() == .memory(Self.memory))
        guard case .unusable(let reason) = try self.file(files, client: "other").load() else {
            Issue.record("another client's tokens were taken")
            return
        }
        #expect(!reason.contains("text"))
    }

    @Test func `after a loss of power at any change the file is the old one or the new one, whole`() async throws {
        var newer = Self.memory
        newer.pair.access = APIKey("newer")
        var seen: Set<String> = []
        for change in 1...20 {
            let files = SimulatedFileSystem(seed: UInt64(change))
            try files.createDirectory("/data")
            let file = try file(files)
            try await file.save(Self.memory)
            try await file.reserve()
            files.faults.powerFailsAt = files.changes + change
            let isDone = (try? await file.save(newer)) != nil
            files.failPower()
            let found = try self.file(files.crash()).load()
            #expect(found == .memory(newer) || !isDone && found == .memory(Self.memory))
            seen.insert(found == .memory(newer) ? "new" : "old")
        }
        #expect(seen == ["old", "new"])
    }

    @Test(arguments: ["", "{", "[]", #"{"version": 2}"#, #"{"version": 1, "accessToken": ""}"#])
    func `a file that cannot be read is told, and ends nothing`(text: String) throws {
        let files = SimulatedFileSystem()
        try files.createDirectory("/data/tokens")
        let handle = try files.open("/data/tokens/north.json", .create)
        try handle.writeAll(Array(text.utf8), at: 0)
        handle.close()
        guard case .unusable(let reason) = try file(files).load() else {
            Issue.record("“\(text)” was taken")
            return
        }
        #expect(reason.contains("/data/tokens/north.json"))
    }

    @Test func `on a disk only the owner can read it, whatever lay there`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-tokens-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let aside = directory.appending(path: "north.new").path
        #expect(FileManager.default.createFile(atPath: aside, contents: nil, attributes: [.posixPermissions: 0o666]))
        let file = try file(PosixFileSystem(), in: directory.path)
        try await file.save(Self.memory)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.appending(path: "north.json").path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(!FileManager.default.fileExists(atPath: aside))
    }
}
