import Foundation
import FileJournal
import Testing

/// On the machine's own disk, in a directory that is removed afterwards.
@Suite struct PosixFileSystemTests {
    private let files = PosixFileSystem()

    private static func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let path = NSTemporaryDirectory() + "journal-test-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path + "/deep/inside")
    }

    @Test func `a journal on disk comes back whole`() async throws {
        try await Self.withDirectory { path in
            let opened = try Opened(files, at: path)
            var tickets: [Ticket] = []
            for number in 1...60 { tickets.append(try await opened.journal.append(payload(number))) }
            try await opened.journal.durable(tickets[59])
            #expect(try await opened.journal.read(tickets[30].address).payload == payload(31))
            let fold = (1...20).map { (kind: UInt8(1), payload: payload($0)) }
            try await opened.journal.checkpoint(fold, upTo: 20, retiring: opened.journal.segments.map(\.id))
            await opened.journal.close()

            let again = try Opened(files, at: path)
            #expect((again.checkpoint + again.tail.map(\.payload)) == (1...60).map(payload))
            #expect(again.tail.last?.address == tickets[59].address)
            await again.journal.close()
            let report = try JournalInspection.verify(path, files: files)
            #expect(report.isSound && report.checkpoint?.records == 20)
            #expect(try !files.list(path).contains { $0.hasSuffix(".tmp") })
        }
    }

    @Test func `a segment takes its blocks from the disk when it is made`() async throws {
        try await Self.withDirectory { path in
            var options = JournalOptions.small
            options.segmentSize = 1 << 20
            let journal = try Opened(files, options, at: path).journal
            let segment = path + "/0000000001.segment"
            var status = stat()
            #expect(stat(segment, &status) == 0)
            #expect(Int(status.st_size) == 1 << 20 && Int(status.st_blocks) * 512 >= 1 << 20)
            #expect(status.st_mode & 0o077 == 0)
            await journal.close()
        }
    }

    @Test func `the lock names the process that holds it, and ends with it`() async throws {
        try await Self.withDirectory { path in
            let journal = try Opened(files, at: path).journal
            let holder = "held by process \(ProcessInfo.processInfo.processIdentifier)"
            #expect(throws: JournalError.inUse(directory: path, holder: holder)) { try Opened(files, at: path) }
            await journal.close()
            try await Opened(files, at: path).journal.close()
        }
    }

    @Test func `a torn tail on disk is cut`() async throws {
        try await Self.withDirectory { path in
            let journal = try Opened(files, at: path).journal
            _ = try await journal.appendDurably(payload(1))
            let last = try await journal.appendDurably(payload(2))
            await journal.close()
            let segment = path + "/0000000001.segment"
            let handle = try #require(FileHandle(forUpdatingAtPath: segment))
            // From the middle of the last record on, the seal included.
            try handle.seek(toOffset: UInt64(last.address.offset) + 44)
            try handle.write(contentsOf: Data(count: 200))
            try handle.close()

            let again = try Opened(files, at: path)
            #expect(again.tail.map(\.payload) == [payload(1)])
            let copy = try #require(again.journal.recovery.torn?.copy)
            #expect(FileManager.default.contents(atPath: copy)?.count == 44)
            await again.journal.close()
        }
    }

    @Test func `errors name the call, the file and the reason`() async throws {
        try await Self.withDirectory { path in
            let missing = FileError(operation: .open, path: path + "/none", code: ENOENT)
            #expect(throws: missing) { try files.open(path + "/none", .read) }
            #expect("\(missing)" == "cannot open \(path)/none: No such file or directory")
            #expect(throws: FileError(operation: .list, path: path, code: ENOENT)) { try files.list(path) }
            #expect(throws: FileError(operation: .remove, path: path, code: ENOENT)) { try files.remove(path) }
            #expect(throws: FileError(operation: .rename, path: path, code: ENOENT)) { try files.rename(path, to: "x") }
            #expect(throws: FileError(operation: .syncDirectory, path: path, code: ENOENT)) {
                try files.syncDirectory(path)
            }
            try files.createDirectory(path)
            try files.createDirectory(path)
            let file = try files.open(path + "/file", .create)
            #expect(try file.size() == 0)
            file.close()
            #expect(throws: FileError(operation: .createDirectory, path: path + "/file", code: ENOTDIR)) {
                try files.createDirectory(path + "/file")
            }
            let closed = FileError(operation: .sync, path: path + "/file", code: EBADF)
            let other = try files.open(path + "/file", .read)
            other.close()
            other.close()
            #expect(throws: closed) { try other.sync() }
        }
    }

    @Test func `a journal cannot be where a file is`() async throws {
        try await Self.withDirectory { path in
            try files.createDirectory(path)
            try files.open(path + "/file", .create).close()
            #expect(
                throws: JournalError.io(FileError(operation: .createDirectory, path: path + "/file", code: ENOTDIR))
            ) {
                try Opened(files, at: path + "/file")
            }
        }
    }
}
