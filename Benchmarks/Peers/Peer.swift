import Foundation
import LoadGeneration

/// Another queue or server on the same machine and disk, started for the benchmark with data of its own.
protocol Peer {
    static var name: String { get }
    /// The program that must be installed.
    static var program: String { get }
    /// How it keeps what it accepts, and what a life of a job is there.
    static var setting: String { get }
    /// Whether each answer waits for a sync.
    static var isDurable: Bool { get }
    /// Jobs in a round; fewer for one that syncs for each of them.
    static var jobs: Int { get }

    /// Starts it with its data in an empty directory.
    init(in place: PeerPlace) throws
    /// Jobs of 400 bytes accepted durably a second, by as many callers at once.
    func accepts(_ count: Int, callers: Int) throws -> Double
    /// Jobs a second that were accepted, taken and done; nil: it has no such thing.
    func cycles(_ count: Int, callers: Int) throws -> Double?
    func stop()
}

extension Peer {
    static var isDurable: Bool { true }
    static var jobs: Int { 20_000 }

    /// As many bytes as a job of ours has.
    static var payload: [UInt8] { [UInt8](repeating: 0x61, count: 400) }

    /// Times exchanges that are made over kept connections, each of which gets its whole answer before the next request.
    ///
    /// - Parameter next: a job's further requests, by the answer to the one before; nil: the job is done.
    static func exchange(
        _ count: Int, callers: Int, port: UInt16, _ format: AnswerFormat, first: @escaping (Int) -> [UInt8],
        next: @escaping (_ number: Int, _ step: Int, LoadAnswer) -> [UInt8]? = { _, _, _ in nil },
        isRight: @escaping (LoadAnswer) -> Bool
    ) throws -> Double {
        var right = 0
        let start = ContinuousClock.now
        let took = try LoadGenerator(
            to: try LoadAddress(host: "127.0.0.1", port: port), connections: callers, format: format
        ).run(
            .whenFree(count: count), request: first, next: { next($0.number, $1, $2) },
            isStopped: { ContinuousClock.now - start > .seconds(120) }
        ) { ended in
            if case .answer(let answer) = ended.outcome, isRight(answer) { right += 1 }
        }
        try require(right == count, "\(count - right) of \(count) jobs went wrong")
        return Double(count) / (Double(took) / 1e9)
    }
}
