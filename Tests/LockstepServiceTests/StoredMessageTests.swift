import ZenPlanner
import Connectors
import Testing

@testable import LockstepService

struct StoredMessageTests {
    @Test func `a message comes back as it was stored`() throws {
        let message = StoredMessage(.zenPlanner, contentType: "text/plain; x=“ü”", body: [0, 1, 255, 13, 10])
        #expect(StoredMessage(message.bytes) == message)
    }

    @Test func `a message without a content type or a body comes back without`() {
        let message = StoredMessage(.zenPlanner, contentType: nil, body: [])
        #expect(message.bytes == [1, 1, 0, 0])
        #expect(StoredMessage(message.bytes) == message)
    }

    @Test func `the bytes are those that the layout promises`() {
        let message = StoredMessage(.zenPlanner, contentType: "a/b", body: [7, 8])
        #expect(message.bytes == [1, 1, 3, 0, 0x61, 0x2F, 0x62, 7, 8])
    }

    @Test func `a content type longer than a byte can count keeps its whole length`() {
        let message = StoredMessage(.zenPlanner, contentType: String(repeating: "x", count: 300), body: [9])
        #expect(message.bytes[2] == 44)
        #expect(message.bytes[3] == 1)
        #expect(StoredMessage(message.bytes) == message)
    }

    @Test func `what a newer version wrote is not read`() {
        #expect(StoredMessage([2, 1, 0, 0, 65]) == nil)
    }

    @Test func `a source that this version does not know is not read`() throws {
        let message = try #require(StoredMessage([1, 9, 0, 0, 65]))
        #expect(Sources.source(of: message.tag) == nil)
    }

    @Test func `a head that is cut short at any byte is not read`() {
        let whole = StoredMessage(.zenPlanner, contentType: "application/json", body: []).bytes
        for length in 0..<whole.count {
            #expect(StoredMessage(Array(whole.prefix(length))) == nil, "\(length) of \(whole.count) bytes")
        }
    }
}
