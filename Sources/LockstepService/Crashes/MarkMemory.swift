/// Words that outlive the process, but for a power loss. They are 0 at first.
protocol MarkMemory: Sendable {
    func load(_ index: Int) -> UInt64
    func store(_ word: UInt64, at index: Int)
    /// The lowest byte of the word at `RunMarks.signalWord`, for a signal handler; nil if it cannot write there.
    var signalByte: UnsafeMutablePointer<UInt8>? { get }
}
