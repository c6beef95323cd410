import Foundation
import Testing

@testable import LockstepService

struct AttentionTests {
    private func entry(_ lane: Int, _ notes: [String], at: Int64 = 1) -> Attention.Entry {
        Attention.Entry(lane: "\(lane)", person: "zp-\(lane)", notes: notes, job: "\(at)", at: at)
    }

    @Test func `notes are kept, and are the same after a restart`() throws {
        let list = Attention(saved: nil)
        let bytes = try #require(list.note(entry(1, ["no last name"])))
        #expect(list.all == [entry(1, ["no last name"])])
        #expect(Attention(saved: bytes).all == list.all)
    }

    @Test func `a delivery that finds nothing any more takes the entry away`() throws {
        let list = Attention(saved: nil)
        _ = list.note(entry(1, ["no last name"]))
        let bytes = try #require(list.note(entry(1, [])))
        #expect(list.all.isEmpty)
        #expect(Attention(saved: bytes).all.isEmpty)
    }

    @Test func `what changes nothing is not saved again`() {
        let list = Attention(saved: nil)
        #expect(list.note(entry(1, [])) == nil)
        #expect(list.note(entry(1, ["cut"])) != nil)
        #expect(list.note(entry(1, ["cut"], at: 2)) == nil)
    }

    @Test func `each lane has one entry, and the newest comes last`() {
        let list = Attention(saved: nil)
        _ = list.note(entry(1, ["a"], at: 1))
        _ = list.note(entry(2, ["b"], at: 2))
        _ = list.note(entry(1, ["c"], at: 3))
        #expect(list.all.map(\.notes) == [["b"], ["c"]])
    }

    @Test func `the oldest go when there are too many`() throws {
        let full = try JSONEncoder().encode((1...Attention.most).map { entry($0, ["a"], at: Int64($0)) })
        let list = Attention(saved: Array(full))
        for lane in 1...2 { _ = list.note(entry(Attention.most + lane, ["a"], at: Int64(Attention.most + lane))) }
        #expect(list.all.count == Attention.most)
        #expect(list.all.first?.lane == "3")
    }

    @Test(arguments: [[], [0xFF], Array("{}".utf8), Array("[{\"lane\": 1}]".utf8)])
    func `a list that cannot be read is an empty one`(_ saved: [UInt8]) {
        #expect(Attention(saved: saved).all.isEmpty)
    }
}
