import Foundation
import DeterministicSimulation
import Testing

@testable import FileJournal

/// What the crash tests prove rests on this fake.
@Suite struct SimulatedFileSystemTests {
    /// One file of four ones, on the disk.
    private static func start(_ path: String = "/d/a") throws -> (SimulatedFileSystem, any OpenFile) {
        let files = SimulatedFileSystem()
        try files.createDirectory("/d")
        return (files, try file(files, path))
    }

    private static func file(_ files: SimulatedFileSystem, _ path: String) throws -> any OpenFile {
        let file = try files.open(path, .create)
        try file.writeAll([1, 1, 1, 1], at: 0)
        try file.sync()
        try files.syncDirectory("/d")
        return file
    }

    /// Everything that a loss of power now can leave, over many seeds.
    private static func outcomes<Value: Hashable>(
        _ files: SimulatedFileSystem, _ look: (SimulatedFileSystem) -> Value
    ) -> Set<Value> {
        Set((0..<200).map { look(files.crash(seed: $0)) })
    }

    @Test func `what was synced survives, what was not may not`() throws {
        let (files, file) = try Self.start()
        try file.writeAll([2, 2], at: 3)
        #expect(files.content("/d/a") == [1, 1, 1, 2, 2])
        #expect(files.kill().content("/d/a") == [1, 1, 1, 2, 2])
        #expect(files.crashLosingEverythingUnsynced().content("/d/a") == [1, 1, 1, 1])
        #expect(Self.outcomes(files) { $0.content("/d/a") } == [[1, 1, 1, 1], [1, 1, 1, 2, 2]])
        try file.sync()
        #expect(Self.outcomes(files) { $0.content("/d/a") } == [[1, 1, 1, 2, 2]])
    }

    @Test func `unsynced writes can survive out of order`() throws {
        let (files, file) = try Self.start()
        try file.writeAll([2], at: 0)
        try file.writeAll([3], at: 1)
        #expect(Self.outcomes(files) { $0.content("/d/a")!.prefix(2) } == [[1, 1], [2, 1], [1, 3], [2, 3]])
    }

    @Test func `a long write tears where sectors of 512 bytes meet`() throws {
        let (files, file) = try Self.start()
        try file.writeAll([UInt8](repeating: 7, count: 1024), at: 300)
        // Of the three sectors that it touches, any may be there, and each is whole.
        var torn: Set<[Bool]> = []
        for content in Self.outcomes(files, { $0.content("/d/a")! + [UInt8](repeating: 0, count: 1324) }) {
            let sectors = [content[300..<512], content[512..<1024], content[1024..<1324]]
            #expect(sectors.allSatisfy { Set($0).count == 1 })
            torn.insert(sectors.map { $0.first == 7 })
        }
        #expect(torn.count == 8)
    }

    @Test func `a kill loses nothing, and makes nothing durable`() throws {
        let (files, file) = try Self.start()
        try file.writeAll([2], at: 0)
        try files.rename("/d/a", to: "/d/b")
        let killed = files.kill()
        #expect(killed.content("/d/b") == [2, 1, 1, 1])
        #expect(killed.crashLosingEverythingUnsynced().content("/d/a") == [1, 1, 1, 1])
        try killed.open("/d/b", .update).sync()
        try killed.syncDirectory("/d")
        #expect(killed.crashLosingEverythingUnsynced().content("/d/b") == [2, 1, 1, 1])
    }

    @Test func `each crash leaves the moment as it was, and the same seed leaves the same disk`() throws {
        let (files, file) = try Self.start()
        for place in 0..<20 as Range<UInt64> { try file.writeAll([9], at: place * 512) }
        #expect(files.crash(seed: 5).content("/d/a") == files.crash(seed: 5).content("/d/a"))
        // Without a seed, the file system's own goes on.
        #expect(files.crash().content("/d/a") != files.crash().content("/d/a"))
        #expect(files.content("/d/a")?.last == 9)
    }

    @Test func `names not synced with their directory survive in any order, a rename whole`() throws {
        let (files, _) = try Self.start()
        try files.rename("/d/a", to: "/d/b")
        _ = try files.open("/d/c", .create)
        #expect(Self.outcomes(files) { $0.paths } == [["/d/a"], ["/d/b"], ["/d/a", "/d/c"], ["/d/b", "/d/c"]])
        #expect(files.crashLosingEverythingUnsynced().paths == ["/d/a"])
        try files.syncDirectory("/elsewhere")
        #expect(files.crashLosingEverythingUnsynced().paths == ["/d/a"])
        try files.syncDirectory("/d")
        #expect(files.crashLosingEverythingUnsynced().paths == ["/d/b", "/d/c"])
    }

    @Test func `a file removed comes back unless the directory was synced`() throws {
        let (files, _) = try Self.start()
        try files.remove("/d/a")
        #expect(files.paths.isEmpty)
        #expect(files.crashLosingEverythingUnsynced().content("/d/a") == [1, 1, 1, 1])
        try files.syncDirectory("/d")
        #expect(files.crash().paths.isEmpty)
    }

    @Test func `a file made anew under its name may keep what it had`() throws {
        let (files, _) = try Self.start()
        _ = try files.open("/d/a", .create)
        #expect(files.content("/d/a")?.isEmpty == true)
        #expect(Self.outcomes(files) { $0.content("/d/a") } == [[], [1, 1, 1, 1]])
    }

    @Test func `once power is off every call fails`() throws {
        let (files, file) = try Self.start()
        files.failPower(at: files.changes + 1)
        try file.writeAll([9], at: 0)
        #expect(throws: FileError.self) { try file.writeAll([8], at: 0) }
        #expect(throws: FileError.self) { try file.read(1, at: 0) }
        #expect(throws: FileError.self) { try files.lock("/d/LOCK") }
        #expect(files.isOff && files.content("/d/a")?.first == 9)
        #expect(!files.crash().isOff)
    }

    @Test(arguments: [FileError.Operation.open, .rename, .remove, .list, .syncDirectory, .lock, .createDirectory])
    func `any call about a name can be made to fail`(operation: FileError.Operation) throws {
        let (files, _) = try Self.start()
        files.fail(operation, EIO)
        let path = operation == .list || operation == .syncDirectory || operation == .createDirectory ? "/d" : "/d/a"
        #expect(throws: FileError(operation: operation, path: path, code: EIO)) {
            switch operation {
            case .open: _ = try files.open("/d/a", .read)
            case .rename: try files.rename("/d/a", to: "/d/b")
            case .remove: try files.remove("/d/a")
            case .list: _ = try files.list("/d")
            case .syncDirectory: try files.syncDirectory("/d")
            case .lock: _ = try files.lock("/d/a")
            default: try files.createDirectory("/d")
            }
        }
    }

    @Test(arguments: [FileError.Operation.read, .write, .sync, .allocate, .truncate, .size])
    func `any call about a file's content can be made to fail`(operation: FileError.Operation) throws {
        let (files, file) = try Self.start()
        files.fail(operation, EIO)
        #expect(throws: FileError(operation: operation, path: "/d/a", code: EIO)) {
            switch operation {
            case .read: _ = try file.read(1, at: 0)
            case .write: try file.writeAll([1], at: 0)
            case .sync: try file.sync()
            case .allocate: try file.allocate(10)
            case .truncate: try file.truncate(1)
            default: _ = try file.size()
            }
        }
    }

    @Test func `ordered faults strike once, where and when they were ordered`() throws {
        let (files, file) = try Self.start()
        let other = try Self.file(files, "/d/b")
        files.fail(.sync, EIO, on: "/b", after: 1)
        try file.sync()
        try other.sync()
        try file.sync()
        #expect(throws: FileError(operation: .sync, path: "/d/b", code: EIO)) { try other.sync() }
        try other.sync()
    }

    @Test func `after a failed sync the next one succeeds, and what the first lost stays lost`() throws {
        var left: Set<[UInt8]?> = []
        for seed in 0..<50 as Range<UInt64> {
            let files = SimulatedFileSystem(seed: seed)
            try files.createDirectory("/d")
            let file = try Self.file(files, "/d/a")
            try file.writeAll([2], at: 0)
            files.fail(.sync, EIO)
            #expect(throws: FileError.self) { try file.sync() }
            #expect(files.content("/d/a") == [2, 1, 1, 1])
            try file.sync()
            left.insert(files.crash().content("/d/a"))
            // Written once more, it is no longer clean.
            try file.writeAll([2], at: 0)
            try file.sync()
            #expect(files.crash().content("/d/a") == [2, 1, 1, 1])
        }
        #expect(left == [[1, 1, 1, 1], [2, 1, 1, 1]])
    }

    @Test func `a rename that failed may have happened`() throws {
        let outcomes = try (0..<20 as Range<UInt64>).map { seed in
            let files = SimulatedFileSystem(seed: seed)
            try files.createDirectory("/d")
            _ = try Self.file(files, "/d/a")
            files.fail(.rename, EIO)
            #expect(throws: FileError.self) { try files.rename("/d/a", to: "/d/b") }
            return files.paths
        }
        #expect(Set(outcomes) == [["/d/a"], ["/d/b"]])
    }

    @Test func `a full disk refuses growth, and nothing else`() throws {
        let (files, file) = try Self.start()
        try file.allocate(8)
        files.setCapacity(files.used)
        try file.writeAll([7], at: 7)
        #expect(throws: FileError(operation: .write, path: "/d/a", code: ENOSPC)) { try file.writeAll([7], at: 8) }
        #expect(throws: FileError(operation: .allocate, path: "/d/a", code: ENOSPC)) { try file.allocate(9) }
        #expect(throws: FileError.self) { try files.crash().open("/d/a", .update).allocate(9) }
        files.setCapacity(nil)
        try file.allocate(9)
    }

    @Test func `writes can be made short`() throws {
        let (files, file) = try Self.start()
        files.faults.longestWrite = 2
        #expect(try [5, 5, 5].withUnsafeBytes { try file.write($0, at: 0) } == 2)
    }

    @Test func `a misdirected write is where it belongs until the machine was off`() throws {
        let (files, file) = try Self.start()
        _ = try Self.file(files, "/d/b")
        files.faults.misdirections = [
            FileFaults.Misdirection(.file("/d/b"), on: "/a", after: 1),
            FileFaults.Misdirection(.shifted(by: 2), on: "/b"),
        ]
        try file.writeAll([2], at: 0)
        try file.writeAll([3], at: 1)
        let other = try files.open("/d/b", .update)
        try other.writeAll([4], at: 0)
        try file.sync()
        try other.sync()
        #expect(files.content("/d/a") == [2, 3, 1, 1] && files.content("/d/b") == [4, 1, 1, 1])
        let crashed = files.crash()
        #expect(crashed.content("/d/a") == [2, 1, 1, 1] && crashed.content("/d/b") == [1, 3, 4, 1])
    }

    @Test func `a write that goes nowhere is missing after the machine was off`() throws {
        let (files, file) = try Self.start()
        files.faults.misdirections = [FileFaults.Misdirection(.nowhere)]
        try file.writeAll([2], at: 0)
        try file.sync()
        #expect(files.content("/d/a") == [2, 1, 1, 1] && files.crash().content("/d/a") == [1, 1, 1, 1])
    }

    @Test func `a flipped bit is on the disk`() throws {
        let (files, _) = try Self.start()
        files.flipBit("/d/a", byte: 2, bit: 3)
        #expect(files.crash().content("/d/a") == [1, 1, 9, 1])
    }

    @Test func `a lock is held until it is closed, or until its process is gone`() throws {
        let (files, _) = try Self.start()
        let lock = try files.lock("/d/LOCK")
        #expect(throws: FileError.self) { try files.lock("/d/LOCK") }
        _ = try files.kill().lock("/d/LOCK")
        lock.close()
        try files.lock("/d/LOCK").close()
    }

    @Test func `a directory that was not made has no files`() throws {
        let files = SimulatedFileSystem()
        #expect(throws: FileError(operation: .list, path: "/d", code: ENOENT)) { try files.list("/d") }
        #expect(throws: FileError(operation: .open, path: "/d/a", code: ENOENT)) { try files.open("/d/a", .create) }
        try files.createDirectory("/d/e")
        _ = try files.open("/d/a", .create)
        _ = try files.open("/d/e/b", .create)
        #expect(try files.list("/d") == ["a"] && files.list("/d/e") == ["b"])
    }
}
