import Testing
import ZenPlanner

@testable import lockstep

struct ImportPreviewTests {
    @Test func `a preview tells what is in a file, and what is left out and why`() throws {
        let text =
            "First Name,Last Name,Email,Age,Birth Date\nAna,Ruiz,a@example.org,12,25/12/2014\nBo,,b@example.org,9,\n"
        let settings = ZenPlannerSettings()
        let preview = ImportPreview(
            try PeopleReport(Array(text.utf8), settings: settings), file: "people.csv", settings: settings)

        #expect(
            preview.text.split(separator: "\n").dropLast() == [
                "people.csv: 1 person",
                "  read as          UTF-8, separated by comma",
                "  columns used     First Name, Last Name, Email, Birth Date",
                "  columns ignored  Age",
                "  dates            DD/MM/YYYY, as the file itself shows",
                "  line 2 becomes   firstName \"Ana\", lastName \"Ruiz\", email \"a@example.org\", birthDate \"2014-12-25\"",
                "  rows left out    1",
            ])
        #expect(preview.text.split(separator: "\n").last?.hasPrefix("    line 3: Without a Zen Planner id") == true)
    }
}
