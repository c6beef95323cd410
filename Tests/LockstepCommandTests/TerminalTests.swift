import Testing

@testable import lockstep

struct TerminalTests {
    @Test(arguments: [
        (0, 4, "[····]"), (1, 4, "[█···]"), (2, 4, "[██··]"), (4, 4, "[████]"), (0, 0, "[████]"), (7, 4, "[████]"),
        (399, 400, "[███·]"),
    ])
    func `a bar is as full as the work is done, and brims only when all is`(_ done: Int, _ total: Int, _ bar: String) {
        #expect(Terminal.bar(done, of: total, width: 4) == bar)
    }

    @Test func `a bar that went backwards is empty`() {
        #expect(Terminal.bar(-3, of: 4, width: 4) == "[····]")
    }
}
