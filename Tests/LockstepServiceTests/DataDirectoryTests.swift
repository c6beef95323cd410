import Foundation
import FileJournal
import LockstepService
import Testing

@Suite struct DataDirectoryTests {
    /// A directory that is gone afterwards.
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "lockstep-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }

    @Test func `a directory that is there, or can be made with its parents, is fine, and nothing is left behind`()
        throws
    {
        try inDirectory { directory in
            #expect(DataDirectory.examine(directory).problems == [])
            let found = DataDirectory.examine(directory + "/a/b/c")
            #expect(found.problems == [])
            #expect(found.remarks.contains { $0.contains("will be made") })
            let left = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(left == [])
        }
    }

    @Test(arguments: ["/file", "/file/below", "/file/below/that"])
    func `a file in the way is told by its name`(path: String) throws {
        try inDirectory { directory in
            try Data().write(to: URL(filePath: directory + "/file"))
            let problems = DataDirectory.examine(directory + path).problems
            #expect(problems.count == 1)
            #expect(problems.first?.contains("\(directory)/file is a file") == true, "\(problems)")
        }
    }

    @Test(arguments: ["/proc/lockstep", "/proc/lockstep/data"])
    func `where nothing can be written, it says so`(path: String) {
        #expect(DataDirectory.examine(path).problems.count == 1)
    }

    @Test func `a directory that a service has open is no problem, and is said`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-data-\(UUID().uuidString)")
            .path
        // As above.
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let journal = try Journal.open(directory) { _ in }
        let found = DataDirectory.examine(directory)
        #expect(found.problems == [])
        #expect(found.remarks == ["a running service has this directory open"])
        await journal.close()
        #expect(DataDirectory.examine(directory).remarks == [])
    }
}
