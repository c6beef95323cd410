package import FileJournal

/// The faults of a simulated disk, and when they occur. All off by default.
package struct FileFaults: Sendable {
    /// Power goes instead of the change with this number, counting from 0: calls that only read do not count.
    package var powerFailsAt: Int?
    /// Bytes that the disk holds; a call that would take more finds it full.
    package var capacity: Int?
    /// Most bytes that one write takes.
    package var longestWrite = Int.max
    package var failures: [Failure] = []
    package var misdirections: [Misdirection] = []

    package init() {}

    /// Calls that return an error. What of a failed write, sync or rename happened all the same is up to the seed; after a
    /// failed sync the system takes the pages for clean, so that the next sync succeeds without them.
    package struct Failure: Sendable {
        package var operation: FileError.Operation
        package var code: Int32
        /// Only calls about files whose path contains this.
        package var path: String
        /// Such calls to let through first.
        package var after: Int
        package var times: Int

        package init(
            _ operation: FileError.Operation, _ code: Int32, on path: String = "", after: Int = 0, times: Int = 1
        ) {
            self.operation = operation
            self.code = code
            self.path = path
            self.after = after
            self.times = times
        }
    }

    /// A write whose bytes the disk puts somewhere else. It shows only after the machine has been off.
    package struct Misdirection: Sendable {
        package enum Landing: Sendable {
            case nowhere
            /// This many bytes further on, or back.
            case shifted(by: Int)
            /// At the same place in another file.
            case file(String)
        }

        /// Only writes to files whose path contains this.
        package var path: String
        /// Such writes to let through first.
        package var after: Int
        package var landing: Landing

        package init(_ landing: Landing, on path: String = "", after: Int = 0) {
            self.landing = landing
            self.path = path
            self.after = after
        }
    }

    /// The error that this call returns, if it is to fail. Counts the call.
    mutating func failure(of operation: FileError.Operation, _ path: String) -> FileError? {
        let index = failures.firstIndex { failure in
            failure.operation == operation && failure.times > 0 && path.mentions(failure.path)
        }
        guard let index else { return nil }
        guard failures[index].after == 0 else {
            failures[index].after -= 1
            return nil
        }
        failures[index].times -= 1
        return FileError(operation: operation, path: path, code: failures[index].code)
    }

    /// Where this write lands instead of its place, if it is to. Counts the write.
    mutating func landing(ofWriteTo path: String) -> Misdirection.Landing? {
        guard let index = misdirections.firstIndex(where: { path.mentions($0.path) }) else {
            return nil
        }
        guard misdirections[index].after == 0 else {
            misdirections[index].after -= 1
            return nil
        }
        return misdirections.remove(at: index).landing
    }
}

extension String {
    fileprivate func mentions(_ part: String) -> Bool { part.isEmpty || contains(part) }
}
