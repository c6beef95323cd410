import Foundation
import Testing

@testable import LockstepJournal

/// What the crash tests prove rests on this fake.
@Suite struct MemoryFileSystemTests {
    private static func file(_ files: MemoryFileSystem, _ path: String = "/d/a") throws -> any OpenFile {
        let file = try files.open(path, .create)
        try file.writeAll([1, 1, 1, 1], at: 0)
        try file.sync()
        try files.syncDirectory("/d")
        return file
    }

    @Test func `what was synced survives, what was not may not`() throws {
        let files = MemoryFileSystem()
        let file = try Self.file(files)
        try file.writeAll([2, 2], at: 3)
        #expect(files.content("/d/a") == [1, 1, 1, 2, 2])
        #expect(files.afterCrash(.process).content("/d/a") == [1, 1, 1, 2, 2])
        #expect(files.afterCrash(.powerDroppingAll).content("/d/a") == [1, 1, 1, 1])
        let outcomes = Set((0..<64).map { files.afterCrash(.power(seed: $0)).content("/d/a") })
        #expect(outcomes.isSuperset(of: [[1, 1, 1, 1], [1, 1, 1, 2], [1, 1, 1, 2, 2]]))
    }

    @Test func `unsynced writes can survive out of order`() throws {
        let files = MemoryFileSystem()
        let file = try Self.file(files)
        try file.writeAll([2], at: 0)
        try file.writeAll([3], at: 1)
        let outcomes = Set((0..<64).map { files.afterCrash(.power(seed: $0)).content("/d/a")!.prefix(2) })
        #expect(outcomes == [[1, 1], [2, 1], [1, 3], [2, 3]])
    }

    @Test func `names survive in the order they were changed, or all after a sync of the directory`() throws {
        let files = MemoryFileSystem()
        _ = try Self.file(files)
        try files.rename("/d/a", to: "/d/b")
        _ = try files.open("/d/c", .create)
        let outcomes = Set((0..<64).map { files.afterCrash(.power(seed: $0)).paths })
        #expect(outcomes == [["/d/a"], [], ["/d/b"], ["/d/b", "/d/c"]])
        #expect(files.afterCrash(.powerDroppingAll).paths == ["/d/a"])
        try files.syncDirectory("/d")
        #expect(files.afterCrash(.powerDroppingAll).paths == ["/d/b", "/d/c"])
    }

    @Test func `once power is off every call fails`() throws {
        let files = MemoryFileSystem()
        let file = try Self.file(files)
        files.failPower(at: files.changes + 1)
        try file.writeAll([9], at: 0)
        #expect(throws: FileError.self) { try file.writeAll([8], at: 0) }
        #expect(throws: FileError.self) { try file.read(1, at: 0) }
        #expect(files.isOff && files.content("/d/a")?.first == 9)
    }

    @Test func `ordered faults strike once, where and when they were ordered`() throws {
        let files = MemoryFileSystem()
        let file = try Self.file(files)
        let other = try Self.file(files, "/d/b")
        files.fail(.sync, EIO, on: "/b", after: 1)
        try file.sync()
        try other.sync()
        try file.sync()
        #expect(throws: FileError(operation: .sync, path: "/d/b", code: EIO)) { try other.sync() }
        try other.sync()
    }

    @Test func `a full disk refuses growth, and nothing else`() throws {
        let files = MemoryFileSystem()
        let file = try Self.file(files)
        try file.allocate(8)
        files.setCapacity(files.used)
        try file.writeAll([7], at: 7)
        #expect(throws: FileError(operation: .write, path: "/d/a", code: ENOSPC)) { try file.writeAll([7], at: 8) }
        #expect(throws: FileError(operation: .allocate, path: "/d/a", code: ENOSPC)) { try file.allocate(9) }
    }

    @Test func `a lock is held until it is closed`() throws {
        let files = MemoryFileSystem()
        let lock = try files.lock("/d/LOCK")
        #expect(throws: FileError.self) { try files.lock("/d/LOCK") }
        lock.close()
        try files.lock("/d/LOCK").close()
    }

    @Test func `the histogram counts a value under the power of two that bounds it`() {
        var histogram = PowerHistogram()
        for value in [0, 1, 2, 3, 4, 5, 1000, UInt64(1) << 40] { histogram.add(value) }
        #expect(histogram.counts[0] == 2 && histogram.counts[1] == 1 && histogram.counts[2] == 2)
        #expect(histogram.counts[3] == 1 && histogram.counts[10] == 1 && histogram.counts[24] == 1)
        #expect(histogram.count == 8 && PowerHistogram.bound(10) == 1024)
    }
}
