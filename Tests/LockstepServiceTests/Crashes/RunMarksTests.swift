import Foundation
import Testing

@testable import LockstepService

struct RunMarksTests {
    @Test func `what is marked when a process ends is found by the next, with the record`() {
        let memory = MarkedMemory()
        let first = RunMarks(memory)
        #expect(first.left().marks == [])
        let record = CrashRecord([
            3: .init(crashes: 2, signal: 6), 9: .init(crashes: 3, signal: 11, isSpent: true),
            12: .init(crashes: 1, signal: 4),
        ])
        first.start(with: record)
        let ended = first.begin(1)
        _ = first.begin(2)
        _ = first.begin(3, isTrial: true)
        let settled = first.begin(4, isTrial: true)
        first.endTrial(settled)
        first.end(ended)
        first.forget(12)
        memory.end(by: 11)

        let second = RunMarks(memory)
        let left = second.left()
        #expect(left.signal == 11)
        #expect(
            Set(left.marks) == [
                .init(job: 2, isTrial: false), .init(job: 3, isTrial: true), .init(job: 4, isTrial: false),
            ])
        #expect(left.record.entries.keys.sorted() == [3, 9])
        #expect(left.record.entries[9] == record.entries[9])

        memory.startAgain()
        second.start(with: left.record)
        let third = RunMarks(memory).left()
        #expect(third.signal == 0 && third.marks == [] && third.record == left.record)
    }

    @Test func `with all slots taken a job is not marked, and one that ends makes room`() {
        let marks = RunMarks(MarkedMemory())
        marks.start(with: CrashRecord())
        var slots: [Int] = []
        while let slot = marks.begin(UInt64(slots.count) + 1) { slots.append(slot) }
        #expect(slots.count == 8_192)
        marks.end(slots.last)
        #expect(marks.begin(7) != nil)
        #expect(marks.begin(8) == nil)
    }

    @Test func `memory of other words holds nothing`() {
        let memory = MarkedMemory()
        for index in 0..<RunMarks.words { memory.store(.max - UInt64(index), at: index) }
        let left = RunMarks(memory).left()
        #expect(left.signal == 0 && left.marks == [] && left.record == CrashRecord())
    }

    @Test func `a file keeps the words, and one that cannot be made says why`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        // Left behind at worst in the system's temporary directory.
        defer { try? FileManager.default.removeItem(at: directory) }
        let path = directory.appending(path: "runs").path
        do {
            let file = try MarkFile(path)
            let marks = RunMarks(file)
            marks.start(with: CrashRecord([5: .init(crashes: 1, signal: 11)]))
            _ = marks.begin(6)
            file.signalByte?.pointee = 6
        }
        let left = RunMarks(try MarkFile(path)).left()
        #expect(left.signal == 6)
        #expect(left.marks == [.init(job: 6, isTrial: false)])
        #expect(left.record.entries[5]?.crashes == 1)
        #expect(throws: MarkFile.Failure.self) { try MarkFile(path + "/runs") }
    }
}
