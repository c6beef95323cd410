import Foundation
import Testing

@testable import lockstep

struct JobTableTests {
    private func row(_ id: String, lane: String? = "7", state: String = "done", reason: String? = nil) -> JobRow {
        JobRow(
            id: id, gym: "downtown", lane: lane, state: state, attempts: 1, reason: reason,
            acceptedAt: "2026-03-01T10:00:00.000Z")
    }

    @Test func `columns are as wide as their widest cell, and the last has no blanks behind it`() {
        let table = JobRow.table([row("9"), row("12345", lane: nil, state: "dead", reason: "Keap refused")])
        #expect(
            table == """
                JOB    GYM       LANE  STATE  TRIES  ACCEPTED                  REASON
                9      downtown  7     done   1      2026-03-01T10:00:00.000Z
                12345  downtown  -     dead   1      2026-03-01T10:00:00.000Z  Keap refused
                """)
    }

    @Test func `the person stands before the reason, where any is known`() {
        var job = row("9", state: "dead", reason: "Keap refused")
        job.person = "Ana Ruiz\u{1B} (7)"
        #expect(JobRow.table([job]).hasSuffix("2026-03-01T10:00:00.000Z  Ana Ruiz  (7)  Keap refused"))
        #expect(!JobRow.table([row("9")]).contains("PERSON"))
    }

    @Test func `where a list goes on is read from its Link header`() {
        let next = AdminClient.next("</api/jobs?text=a%20b&limit=5&before=7>; rel=\"next\"")
        #expect(next?.map(\.0) == ["text", "limit", "before"] && next?.map(\.1) == ["a b", "5", "7"])
        for link in ["", "<>", "><; rel=\"next\"", "</api/jobs?a=b>; rel=\"prev\""] {
            #expect(AdminClient.next(link) == nil)
        }
    }

    @Test func `a reason with line ends and escapes stays on its line and harmless`() {
        let table = JobRow.table([row("1", reason: "one\r\ntwo\u{1B}[2J\u{9B}1mthree")])
        let lines = table.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].hasSuffix("one  two [2J 1mthree"))
        #expect(!table.unicodeScalars.contains("\u{1B}") && !table.unicodeScalars.contains("\u{9B}"))
    }

    @Test func `a job is read as the service tells it, whatever more it tells`() throws {
        let json = """
            [{"id": "1", "gym": "downtown", "state": "dead", "attempts": 0, "reason": "no personId",
              "acceptedAt": "2026-03-01T10:00:00.000Z", "dueAt": "2026-03-01T10:00:00.000Z"}]
            """
        let rows = try JSONDecoder().decode([JobRow].self, from: Data(json.utf8))
        #expect(rows.first?.reason == "no personId")
        #expect(rows.first?.lane == nil)
    }

    @Test func `an explanation is one sentence a line, and nothing in it moves the cursor`() throws {
        let json = #"""
            {"id": "7", "gym": "downtown", "lane": "3", "state": "waiting", "why": "waiting", "aboutSeconds": 4,
             "sentences": ["It is tried again in 4 s, after 1 try: no\nluck\u001b[2J", "It should go on in about 4 s."]}
            """#
        let job = try JSONDecoder().decode(ExplainedJob.self, from: Data(json.utf8))
        #expect(
            job.text == """
                job 7 (lane 3 of gym downtown) is waiting
                It is tried again in 4 s, after 1 try: no luck [2J
                It should go on in about 4 s.
                """)
    }
}
