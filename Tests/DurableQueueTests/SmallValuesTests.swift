import SeededRandom
import Testing

@testable import DurableQueue

@Suite struct RetryPolicyTests {
    private let policy = RetryPolicy()

    @Test func `the first pause is under a second, the next ones double, none is over the cap`() {
        let pauses = (1...9).map { policy.pause(after: $0, random: 1) }
        #expect(pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test func `chance takes off up to half`() {
        #expect(policy.pause(after: 2, random: 0) == .milliseconds(500))
        #expect(policy.pause(after: 2, random: 0.5) == .milliseconds(750))
    }

    @Test(arguments: [Int.min, -1, 0, 70, 1_000, Int.max]) func `no attempt is too strange`(attempt: Int) {
        #expect(policy.pause(after: attempt, random: 1) <= policy.cap)
        #expect(policy.pause(after: attempt, random: -.infinity) > .zero)
    }
}

@Suite struct DelayQueueTests {
    @Test(arguments: UInt64(1)...20) func `the earliest comes first, and nothing before its time`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var line = DelayQueue()
        let dues = (0..<200).map { _ in Int64.random(in: 0..<100, using: &chance) }
        for (number, due) in dues.enumerated() { line.add(JobID(rawValue: UInt64(number)), due: due) }
        var popped: [Int64] = []
        for now in stride(from: Int64(0), to: 100, by: 7) {
            while let next = line.pop(dueBy: now) {
                #expect(next.due <= now, "seed \(seed)")
                #expect(dues[Int(next.job.rawValue)] == next.due, "seed \(seed)")
                popped.append(next.due)
            }
            #expect(line.earliest.map { $0 > now } ?? true, "seed \(seed)")
        }
        while let next = line.pop(dueBy: 1_000) { popped.append(next.due) }
        #expect(popped == dues.sorted(), "seed \(seed)")
    }
}

@Suite struct LaneQueueTests {
    private func ids(_ numbers: [UInt64]) -> [JobID] { numbers.map { JobID(rawValue: $0) } }

    @Test(arguments: UInt64(1)...30) func `a line is a sorted set, however it is used`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var line = LaneQueue()
        var model: Set<UInt64> = []
        for _ in 0..<600 {
            let number = UInt64.random(in: 1...150, using: &chance)
            switch Int.random(in: 0..<5, using: &chance) {
            case 0, 1:
                line.insert(JobID(rawValue: number))
                model.insert(number)
            case 2:
                line.remove(JobID(rawValue: number))
                model.remove(number)
            case 3:
                if let first = line.first { line.remove(first) }
                if let first = model.min() { model.remove(first) }
            default:
                var other = LaneQueue()
                for number in number...number + 3 { other.insert(JobID(rawValue: number)) }
                line.merge(other)
                model.formUnion(number...number + 3)
            }
            #expect(Array(line) == ids(model.sorted()), "seed \(seed)")
            #expect(line.count == model.count, "seed \(seed)")
            #expect(line.isEmpty == model.isEmpty, "seed \(seed)")
        }
    }

    @Test func `a long line is worked off without being moved each time`() {
        var line = LaneQueue()
        for number in UInt64(1)...200_000 { line.insert(JobID(rawValue: number)) }
        for number in UInt64(1)...200_000 {
            guard line.first == JobID(rawValue: number) else {
                Issue.record("\(number) was not first")
                return
            }
            line.remove(JobID(rawValue: number))
        }
        #expect(line.isEmpty)
    }
}

@Suite struct FifoTests {
    @Test func `first in, first out`() {
        var fifo = Fifo<Int>()
        var (next, out) = (0, [Int]())
        for turn in 0..<300 {
            fifo.append(next)
            next += 1
            if turn % 3 != 0, let item = fifo.popFirst() { out.append(item) }
        }
        while let item = fifo.popFirst() { out.append(item) }
        #expect(out == Array(0..<300))
        #expect(fifo.isEmpty)
    }
}

@Suite struct FinishedJobsTests {
    @Test func `only the last ones are kept`() {
        var finished = FinishedJobs()
        for number in 1...UInt64(FinishedJobs.most + 5) {
            finished.add(
                JobView(
                    id: JobID(rawValue: number), tenant: .gym, kind: 1, urgency: .live, state: .done, attempts: 1,
                    acceptedAt: 0))
        }
        #expect(finished.byID.count == FinishedJobs.most)
        #expect(finished.byID[JobID(rawValue: 5)] == nil)
        #expect(finished.byID[JobID(rawValue: 6)] != nil)
    }
}
