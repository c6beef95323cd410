import Foundation
import LoadGeneration

/// Redis, whose log is synced before it answers.
final class RedisPeer: Peer {
    static let name = "Redis"
    static let program = "redis-server"
    static let setting =
        "appendfsync always; LPUSH, then LMOVE to a list of running jobs, then LREM; no order per contact"

    private let process: ChildProcess
    private let port = LoopbackPort.free()

    init(in place: PeerPlace) throws {
        process = try ChildProcess(
            [
                Self.program, "--port", "\(port)", "--bind", "127.0.0.1", "--dir", place.directory.path, "--appendonly",
                "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no",
            ], in: place, isSlowed: true)
        do { try process.waitUntilListening(on: port) } catch {
            process.stop()
            throw error
        }
    }

    func stop() { process.stop() }

    func accepts(_ count: Int, callers: Int) throws -> Double {
        let rate = try Self.exchange(
            count, callers: callers, port: port, .resp, first: { _ in Self.command("LPUSH", "accepted", Self.text) },
            isRight: { $0.body.first == UInt8(ascii: ":") })
        try requireLength("accepted", count)
        _ = try ask("DEL", "accepted")
        return rate
    }

    func cycles(_ count: Int, callers: Int) throws -> Double? {
        let rate = try Self.exchange(
            count, callers: callers, port: port, .resp, first: { Self.command("LPUSH", "jobs", "\($0) " + Self.text) },
            next: { _, step, answer in
                switch step {
                case 1: Self.command("LMOVE", "jobs", "running", "RIGHT", "LEFT")
                // What was taken, which is another caller's job as likely as not.
                case 2: Self.command("LREM", "running", "1", Self.bulk(answer))
                default: nil
                }
            }, isRight: { $0.body == Array(":1\r\n".utf8) })
        try requireLength("jobs", 0)
        try requireLength("running", 0)
        return rate
    }

    private static let text = String(decoding: payload, as: UTF8.self)

    private static func bulk(_ answer: LoadAnswer) -> String {
        guard let end = answer.body.firstIndex(of: 10) else { return "" }
        return String(decoding: answer.body[(end + 1)...].dropLast(2), as: UTF8.self)
    }

    private static func command(_ words: String...) -> [UInt8] {
        Array(("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
    }

    private func ask(_ words: String...) throws -> String {
        var answered = ""
        let bytes = Array(("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
        _ = try LoadGenerator(to: try LoadAddress(host: "127.0.0.1", port: port), connections: 1, format: .resp)
            .run(.whenFree(count: 1), request: { _ in bytes }) { ended in
                if case .answer(let answer) = ended.outcome { answered = String(decoding: answer.body, as: UTF8.self) }
            }
        return answered
    }

    private func requireLength(_ list: String, _ count: Int) throws {
        let answer = try ask("LLEN", list)
        guard answer == ":\(count)\r\n" else { throw BenchmarkFailure("\(list) has \(answer), not \(count)") }
    }
}
