import Foundation
import LoadGeneration

/// beanstalkd, whose log is synced after each command.
final class BeanstalkdPeer: Peer {
    static let name = "beanstalkd"
    static let program = "beanstalkd"
    static let setting = "-f0: a sync for each command; put, reserve, delete; no order per contact"

    static let jobs = 2_048

    private let process: ChildProcess
    private let port = LoopbackPort.free()

    init(in place: PeerPlace) throws {
        process = try ChildProcess(
            [Self.program, "-l", "127.0.0.1", "-p", "\(port)", "-b", place.directory.path, "-f0"], in: place,
            isSlowed: true)
        do { try process.waitUntilListening(on: port) } catch {
            process.stop()
            throw error
        }
    }

    func stop() { process.stop() }

    func accepts(_ count: Int, callers: Int) throws -> Double {
        let rate = try Self.exchange(
            count, callers: callers, port: port, .lines, first: { _ in Self.put },
            isRight: { $0.body.starts(with: "INSERTED ".utf8) })
        // Taken out again, so that lives begin with an empty queue.
        _ = try Self.exchange(
            count, callers: callers, port: port, .beanstalk, first: { _ in Self.reserve }, next: Self.delete,
            isRight: { $0.body == Array("DELETED\r\n".utf8) })
        return rate
    }

    func cycles(_ count: Int, callers: Int) throws -> Double? {
        try Self.exchange(
            count, callers: callers, port: port, .beanstalk, first: { _ in Self.put },
            next: { number, step, answer in step == 1 ? Self.reserve : Self.delete(number, step - 1, answer) },
            isRight: { $0.body == Array("DELETED\r\n".utf8) })
    }

    private static let put = Array("put 0 0 60 400\r\n".utf8) + payload + Array("\r\n".utf8)
    private static let reserve = Array("reserve\r\n".utf8)

    /// The job that was reserved.
    private static func delete(_ number: Int, _ step: Int, _ answer: LoadAnswer) -> [UInt8]? {
        guard step == 1, answer.body.starts(with: "RESERVED ".utf8) else { return nil }
        let id = answer.body.split(separator: 32, maxSplits: 2).dropFirst().first ?? []
        return Array("delete ".utf8) + id + Array("\r\n".utf8)
    }
}
