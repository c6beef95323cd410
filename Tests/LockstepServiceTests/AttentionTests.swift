import Connectors
import ContactSync
import Foundation
import Testing

@testable import LockstepService

struct AttentionTests {
    private func entry(_ lane: Int, _ notes: [AttentionNote], at: Int64 = 1) -> Attention.Entry {
        Attention.Entry(lane: "\(lane)", person: "zp-\(lane)", notes: notes, job: "\(at)", at: at)
    }

    /// What a start would find after these saves.
    private func kept(_ saves: [Attention.Save]) -> [[UInt8]] {
        var disk: [String: [UInt8]] = [:]
        for save in saves { disk[save.lane] = save.bytes.isEmpty ? nil : save.bytes }
        return Array(disk.values)
    }

    @Test func `notes are kept, and are the same after a restart`() {
        let list = Attention()
        let cut = AttentionNote("First name was cut.", field: "firstName", value: "Ana")
        let saves = list.note(entry(1, ["no last name", cut]))
        #expect(list.all == [entry(1, ["no last name", cut])])
        #expect(Attention(saved: kept(saves)).all == list.all)
    }

    @Test func `a delivery that finds nothing any more takes the entry away`() {
        let list = Attention()
        var saves = list.note(entry(1, ["no last name"]))
        saves += list.note(entry(1, []))
        #expect(list.all.isEmpty)
        #expect(kept(saves).isEmpty)
    }

    @Test func `what changes nothing is not saved again`() {
        let list = Attention()
        #expect(list.note(entry(1, [])) == [])
        #expect(list.note(entry(1, ["cut"])).count == 1)
        #expect(list.note(entry(1, ["cut"], at: 2)) == [])
    }

    @Test func `each lane has one entry, and the newest comes last`() {
        let list = Attention()
        _ = list.note(entry(1, ["a"], at: 1))
        _ = list.note(entry(2, ["b"], at: 2))
        _ = list.note(entry(1, ["c"], at: 3))
        #expect(list.all.map(\.notes) == [["b"], ["c"]])
    }

    @Test func `the oldest go when there are too many, on the disk too, and are counted`() {
        let list = Attention()
        var saves: [Attention.Save] = []
        for lane in 1...Attention.most + 2 { saves += list.note(entry(lane, ["a"], at: Int64(lane))) }
        #expect(list.all.count == Attention.most)
        #expect(list.all.first?.lane == "3")
        #expect(list.dropped == 2)
        #expect(Attention(saved: kept(saves)).all == list.all)
    }

    @Test func `a note costs as many bytes with a thousand others as alone`() {
        let list = Attention()
        let first = list.note(entry(1_000, ["a"], at: 1_000)).map(\.bytes.count)
        for lane in 1..<1_000 { _ = list.note(entry(lane + 1_000, ["a"], at: Int64(lane + 1_000))) }
        #expect(list.note(entry(1_000, ["b"], at: 3_000)).map(\.bytes.count) == first)
    }

    @Test(arguments: [[], [0xFF], Array("{}".utf8), Array("[{\"lane\": 1}]".utf8)])
    func `an entry that cannot be read is left out`(_ saved: [UInt8]) {
        let good = Attention().note(entry(1, ["a"])).map(\.bytes)
        #expect(Attention(saved: [saved] + good).all == [entry(1, ["a"])])
    }

    @Test func `the list that older versions kept under one key is read`() throws {
        let old = #"[{"lane": "4", "person": "zp-4", "notes": ["no last name"], "job": "9", "at": 5}]"#
        let entries = Attention.entries(ofList: Array(old.utf8))
        #expect(entries == [Attention.Entry(lane: "4", person: "zp-4", notes: ["no last name"], job: "9", at: 5)])
    }
}
