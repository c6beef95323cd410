import Foundation
import LockstepService
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Standard output and standard error, with one line that redraws itself on a terminal and stays away elsewhere.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1
    static let isOutputInteractive = isatty(STDOUT_FILENO) == 1

    /// Whether what is printed there may have colours.
    static let isOutputStyled = isOutputInteractive && TextStyle.isWanted()
    static let isStyled = isInteractive && TextStyle.isWanted()

    /// Whether input and standard error are terminals, so that a question can be answered.
    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isInteractive }

    /// Anything but a plain yes is a no.
    static func ask(_ question: String) -> Bool {
        write(question, to: STDERR_FILENO)
        return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
    }

    static func print(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// A value of texts, numbers, lists and objects as one line of JSON.
    static func json(_ value: Any) -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "null"  // what commands make is always of these
    }

    static func complain(_ sentence: String) {
        clearProgress()
        write(TextStyle.red.applied(to: "lockstep:", isStyled) + " \(sentence)\n", to: STDERR_FILENO)
    }

    static func note(_ text: String) {
        clearProgress()
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Redraws the progress line. Not on a pipe or in a file, where a line that rewrites itself is noise.
    static func progress(_ text: String) {
        guard isInteractive else { return }
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    static func clearProgress() {
        guard isInteractive else { return }
        write("\r\u{1B}[K", to: STDERR_FILENO)
    }

    static func bar(_ done: Int, of total: Int, width: Int = 28) -> String {
        let share = total == 0 ? 1 : min(1, max(0, Double(done) / Double(total)))
        let filled = Int(share * Double(width))
        return "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled) + "]"
    }

    static func sentence(of error: any Error) -> String {
        "\(error)"
    }

    // MARK: For a service

    private static let writers = Mutex<(output: LineWriter, errors: LineWriter)?>(nil)

    /// From now on nothing here blocks: a service goes on when its output is not read. A command's own words are worth
    /// waiting for, so only a service calls this.
    static func neverBlock() {
        writers.withLock { writers in
            guard writers == nil else { return }
            writers = (LineWriter(descriptor: STDOUT_FILENO), LineWriter(descriptor: STDERR_FILENO))
        }
    }

    /// Lines of a service that were dropped.
    static var dropped: UInt64 {
        writers.withLock { writers in writers.map { $0.output.dropped + $0.errors.dropped } ?? 0 }
    }

    /// Before the process ends: what waits is written if that takes no longer than this.
    static func flush(within limit: Duration) {
        guard let writers = writers.withLock({ $0 }) else { return }
        writers.output.flush(within: limit)
        writers.errors.flush(within: limit)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        if let writers = writers.withLock({ $0 }) {
            let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
            return (descriptor == STDOUT_FILENO ? writers.output : writers.errors).write(line)
        }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { writeOnce(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }  // the reader has gone
            bytes = bytes.dropFirst(count)
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
            Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
