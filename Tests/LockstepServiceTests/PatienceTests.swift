import Testing

@testable import LockstepService

struct PatienceTests {
    @Test func `a few failures are the queue's to pace, and nobody's to look at`() {
        for failures in 0..<8 {
            #expect(Patience(failures: failures).pause == nil)
            #expect(Patience(failures: failures).note("Oops") == nil)
        }
    }

    @Test(arguments: [(8, 60), (9, 120), (11, 480), (12, 600), (1_000_000, 600)])
    func `more of them are for a person to look at, and the pauses grow`(failures: Int, seconds: Int) {
        #expect(Patience(failures: failures).pause == .seconds(seconds))
        #expect(Patience(failures: failures).note("Oops")?.hasSuffix("Oops") == true)
    }
}
