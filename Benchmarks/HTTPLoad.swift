import Foundation
import LoadGeneration

/// Zen Planner forms over kept loopback connections: each connection has one under way at a time.
struct HTTPLoad {
    var port: Int
    var path = "/hooks/bench/zenplanner/benchmark-token"
    var connections: Int
    /// What the server answers if it does what it should.
    var expected = 202

    struct Result {
        var perSecond: Double
        var latencies: LatencyHistogram
    }

    /// - Parameter first: the number of the first message's person.
    func post(_ count: Int, first: Int = 0) throws -> Result {
        let generator = LoadGenerator(
            to: try LoadAddress(host: "127.0.0.1", port: UInt16(clamping: port)), connections: connections)
        var latencies = LatencyHistogram()
        let took = try generator.run(.whenFree(count: count), request: { request($0 + first) }) { ended in
            guard case .answer(let answer) = ended.outcome, answer.status == expected else { return }
            latencies.record(ended.latency)
        }
        let answered = latencies.count
        try require(answered == count, "\(count - answered) of \(count) messages were not answered as they should be")
        return Result(perSecond: Double(count) / (Double(took) / 1e9), latencies: latencies)
    }

    private func request(_ number: Int) -> [UInt8] {
        let body =
            "personId=b\(connections)-\(number)&firstName=Ana&lastName=Ruiz\(number)&email=person\(number)%40example.org"
            + "&mobilePhone=303-555-0100&birthDate=1994-07-09&address1=1+Main+Street&city=Denver&state=CO&zip=80202"
            + "&country=US&signupDate=2026-02-14&prospectSource=Facebook&status=Student"
        let head =
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        return Array(head.utf8) + Array(body.utf8)
    }
}
