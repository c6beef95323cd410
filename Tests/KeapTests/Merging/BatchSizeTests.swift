import Testing

@testable import Keap

@Suite struct BatchSizeTests {
    @Test func `a batch without a clear answer makes the next ones a quarter of it, down to single contacts`() {
        var size = BatchSize()
        #expect(size.current == 100)
        for expected in [25, 6, 1] {
            size.unclear(size.current)
            #expect(size.current == expected)
        }
        size.unclear(1)
        #expect(size.current == 1)
    }

    @Test func `a small one that fails does not allow more than before`() {
        var size = BatchSize()
        size.unclear(8)
        #expect(size.current == 2)
        size.unclear(40)
        #expect(size.current == 2)
    }

    @Test func `full ones that succeed double it again`() {
        var size = BatchSize()
        size.unclear(4)
        for expected in [2, 4, 8, 16, 32, 64, 100, 100] {
            size.succeeded(size.current)
            #expect(size.current == expected)
        }
        size.unclear(100)
        size.succeeded(24)
        #expect(size.current == 25)
    }
}
