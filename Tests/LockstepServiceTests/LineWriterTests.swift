import Dispatch
import Synchronization
import Testing

@testable import LockstepService

@Suite(.timeLimit(.minutes(30))) struct LineWriterTests {
    /// An output whose reader reads when it is told to.
    private final class StuckReader: Sendable {
        let entered = DispatchSemaphore(value: 0)
        let goesOn = DispatchSemaphore(value: 0)
        private let bytes = Mutex<[UInt8]>([])

        func take(_ piece: [UInt8]) {
            entered.signal()
            goesOn.wait()
            bytes.withLock { $0 += piece }
        }

        var lines: [String] {
            bytes.withLock { String(decoding: $0, as: UTF8.self) }.split(separator: "\n").map(String.init)
        }
    }

    @Test func `a listener that does not read holds no other up, and is told later how much it missed`() {
        let reader = StuckReader()
        let writer = LineWriter(limit: 100) { reader.take($0) }
        writer.write("first")
        reader.entered.wait()
        // These return though the first line is still on its way.
        for number in 10..<60 { writer.write("line \(number)") }
        #expect(writer.dropped == 38)
        for _ in 0..<3 { reader.goesOn.signal() }
        writer.flush(within: .seconds(30))
        #expect(reader.lines.first == "first")
        #expect(reader.lines.dropFirst().prefix(12) == (10..<22).map { "line \($0)" }[...])
        #expect(reader.lines.last?.contains("38 lines were dropped") == true)
        writer.write("later")
        writer.flush(within: .seconds(30))
        #expect(reader.lines.last == "later")
        #expect(writer.dropped == 38)
    }

    @Test func `waiting for the last lines ends although they are not read`() {
        let reader = StuckReader()
        let writer = LineWriter { reader.take($0) }
        writer.write("first")
        reader.entered.wait()
        writer.flush(within: .milliseconds(20))
        #expect(reader.lines == [])
        reader.goesOn.signal()
    }

    @Test func `lines arrive whole and in their order`() {
        let bytes = Mutex<[UInt8]>([])
        let writer = LineWriter { piece in bytes.withLock { $0 += piece } }
        for number in 0..<500 { writer.write("line \(number)") }
        writer.flush(within: .seconds(30))
        let text = bytes.withLock { String(decoding: $0, as: UTF8.self) }
        #expect(text == (0..<500).map { "line \($0)\n" }.joined())
    }
}
