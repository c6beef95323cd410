import Foundation
import DurableQueue

/// Memory of an idle contact, a contact with waiting jobs, a waiting job, and a contact that waits out an outage.
struct MemoryBenchmark {
    var options: BenchmarkOptions
    var idle = 1_000_000
    var lanes = 100_000
    var jobsPerLane = 10

    init(_ options: BenchmarkOptions) { self.options = options }

    func run() async throws {
        var load = try await contacts()
        defer { load.remove() }
        load.handler = Outage()
        try await measure(load)
    }

    /// One delivered job each.
    private func contacts() async throws -> PoolLoad {
        let load = try PoolLoad.inTemporaryDirectory()
        let (queue, log) = try await load.open()
        let running = Task { await queue.run() }  // ends with the stop below
        try await PoolLoad.enqueue(0..<idle, on: queue)
        while await queue.counts().done < idle { try await Task.sleep(for: .milliseconds(20)) }
        await queue.stop(grace: .seconds(10))
        await running.value
        try await queue.checkpoint()
        await log.close()
        return load
    }

    /// Measures a queue that was started anew, so that memory for running is not counted as that of waiting.
    private func measure(_ load: PoolLoad) async throws {
        var table = ResultTable(["bytes", "heap each", "resident each", "bound"])
        table.note("\(idle) contacts, of which \(lanes) have \(jobsPerLane) jobs waiting each")
        let empty = Reading()
        let (again, secondLog) = try await load.open()
        let recovered = Reading()
        try row(&table, "idle contact, two keys", recovered.since(empty), idle, bound: 150)
        try await PoolLoad.enqueue(0..<lanes, on: again)
        let first = Reading()
        try await PoolLoad.enqueue((1..<jobsPerLane).flatMap { _ in 0..<lanes }, on: again)
        let all = Reading()
        let jobs = lanes * (jobsPerLane - 1)
        let job = try row(&table, "pending job", all.since(first), jobs, bound: 100)
        let lane = first.since(recovered).minus(job, times: lanes)
        try row(&table, "waiting lane beyond that", lane, lanes, bound: 150)
        try await backOff(again)
        try row(&table, "one that backs off", Reading().since(all).plus(lane), lanes, bound: 150)
        let counts = await again.counts()
        try require(counts.lanes == idle, "\(counts.lanes) lanes instead of \(idle)")
        let pending = counts.tenants.values.reduce(0) { $0 + $1.pending }
        try require(pending == lanes * jobsPerLane, "\(pending) jobs are pending")
        await secondLog.close()
        table.show(options)
    }

    /// Tries the first job of each lane once, in vain.
    private func backOff(_ queue: JobQueue) async throws {
        let running = Task { await queue.run() }  // ends with the stop below
        func waiting() async -> Int {
            await queue.counts().tenants.values.reduce(0) { $0 + ($1.jobs[.waiting] ?? 0) }
        }
        while await waiting() < lanes { try await Task.sleep(for: .milliseconds(20)) }
        await queue.stop(grace: .seconds(10))
        await running.value
    }

    @discardableResult private func row(
        _ table: inout ResultTable, _ name: String, _ reading: Reading, _ count: Int, bound: Double
    ) throws -> Reading {
        let each = Reading(heap: reading.heap / Double(count), resident: reading.resident / Double(count))
        table.add([
            .text(name), .number(each.heap, digits: 1), .number(each.resident, digits: 1), .number(bound, digits: 0),
        ])
        try require(each.heap <= bound, "\(name): \(Int(each.heap)) bytes, over its bound of \(Int(bound))")
        return each
    }

    private struct Reading {
        var heap: Double
        var resident: Double

        init() {
            heap = Double(Heap.used ?? 0)
            resident = Double(Heap.resident ?? 0)
        }

        init(heap: Double, resident: Double) { (self.heap, self.resident) = (heap, resident) }

        func since(_ other: Reading) -> Reading {
            Reading(heap: heap - other.heap, resident: resident - other.resident)
        }

        func plus(_ other: Reading) -> Reading {
            Reading(heap: heap + other.heap, resident: resident + other.resident)
        }

        func minus(_ each: Reading, times count: Int) -> Reading {
            Reading(heap: heap - each.heap * Double(count), resident: resident - each.resident * Double(count))
        }
    }
}
