import Testing

@testable import LockstepService

struct PrometheusTextTests {
    @Test func `a family is its help, its type, then its samples`() {
        var page = PrometheusText()
        page.family("jobs", .gauge, "Jobs by state.")
        page.sample("jobs", [("gym", "downtown"), ("state", "dead")], 3)
        page.sample("jobs", [], 0.5)
        page.single("done_total", .counter, "Done.", 7)
        #expect(
            page.text == """
                # HELP jobs Jobs by state.
                # TYPE jobs gauge
                jobs{gym="downtown",state="dead"} 3
                jobs 0.5
                # HELP done_total Done.
                # TYPE done_total counter
                done_total 7

                """)
    }

    @Test func `help keeps its quotes and escapes backslashes and line ends`() {
        #expect(PrometheusText.escapedHelp("a \"b\" \\ c\nd") == "a \"b\" \\\\ c\\nd")
    }

    @Test func `a label also escapes quotes`() {
        #expect(PrometheusText.escapedLabel("a \"b\" \\ c\nd") == "a \\\"b\\\" \\\\ c\\nd")
        #expect(PrometheusText.escapedLabel("\\n") == "\\\\n", "a backslash and an n are no line end")
    }

    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-3.0, "-3"), (0.25, "0.25"), (1e15, "1000000000000000"),
        (1e300, "1e+300"), (1e-7, "1e-07"), (.infinity, "+Inf"), (-.infinity, "-Inf"),
    ])
    func `numbers are written as the format has them`(_ number: Double, _ text: String) {
        #expect(PrometheusText.number(number) == text)
    }

    @Test func `what is no number is NaN`() {
        #expect(PrometheusText.number(.nan) == "NaN")
    }
}
