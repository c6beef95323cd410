import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An error of the operating system, with the call and the file.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Operation: String, Hashable, Sendable {
        case createDirectory = "make directory"
        case list
        case open
        case read
        case write
        case allocate = "set aside space in"
        case truncate
        case sync
        case size = "ask for the size of"
        case rename
        case remove
        case syncDirectory = "sync directory"
        case lock
    }

    public var operation: Operation
    public var path: String
    /// The `errno`.
    public var code: Int32
    /// Further facts, such as the process that holds a lock.
    public var note: String?

    public init(operation: Operation, path: String, code: Int32, note: String? = nil) {
        self.operation = operation
        self.path = path
        self.code = code
        self.note = note
    }

    /// The disk, or this user's share of it, has no room.
    public var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }
    /// This process, or the machine, has no file descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// Worth asking again for, once others have given back what they hold.
    var mayPass: Bool { isNoSpace || isOutOfDescriptors }
    public var isMissing: Bool { code == ENOENT }
    public var isHeldElsewhere: Bool { operation == .lock && (code == EWOULDBLOCK || code == EAGAIN) }

    public var description: String {
        "cannot \(operation.rawValue) \(path): \(String(cString: strerror(code)))" + (note.map { " (\($0))" } ?? "")
    }

    static let inputOutput = EIO
    static let tooBig = EFBIG
    static let notEmpty = ENOTEMPTY
}
