public enum JournalError: Error, Hashable, Sendable {
    /// Another process has this directory open. Nothing was read or changed.
    case inUse(directory: String, holder: String?)
    /// The bytes on disk are not those that were written. Nothing was changed.
    case corrupt(Damage)
    /// Written by a newer version. Nothing was changed.
    case unknownVersion(file: String, version: UInt32)
    case invalidOptions(String)
    /// Opening, reading or salvaging met an error of the disk.
    case io(FileError)
    /// There is no room that later records would be sure of. The record was not written; others may be.
    case full(reason: String)
    /// A write or a sync failed earlier. Whether the record is on disk is not known; only opening again tells.
    case poisoned(reason: String)
    /// The journal was closed. The record was not written.
    case closed
    /// The record was not written.
    case tooLarge(bytes: Int, limit: Int)
    /// No record begins at that address, or a checkpoint retired it.
    case noRecord(at: RecordAddress, reason: String)
    /// The file that the address names is not there. It may be back later, as when a directory was not mounted.
    case segmentMissing(RecordAddress)
    /// The checkpoint could not be written aside. The one before it still stands, and the journal works on.
    case checkpointFailed(FileError)
    /// Salvage writes only into a directory that is empty.
    case notEmpty(directory: String)
}

/// A damaged place in a file.
public struct Damage: Hashable, Sendable {
    public var file: String
    public var offset: UInt64
    public var reason: String

    public init(file: String, offset: UInt64, reason: String) {
        self.file = file
        self.offset = offset
        self.reason = reason
    }
}

extension JournalError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inUse(let directory, let holder):
            "the journal \(directory) is in use by another process" + (holder.map { " (\($0))" } ?? "")
        case .corrupt(let damage):
            "\(damage), so the journal does not open; `lockstep journal verify \(damage.directory)` tells more, "
                + "`lockstep journal salvage` copies what is good"
        case .unknownVersion(let file, let version):
            "\(file) was written by a newer version (format \(version))"
        case .invalidOptions(let reason): "the journal's options cannot work: \(reason)"
        case .io(let error): error.description
        case .full(let reason): "the journal takes no more for now: \(reason)"
        case .poisoned(let reason): "the journal stopped after an error and must be opened again: \(reason)"
        case .closed: "the journal is closed"
        case .tooLarge(let bytes, let limit): "a record of \(bytes) bytes is over the limit of \(limit)"
        case .noRecord(let address, let reason): "no record at \(address): \(reason)"
        case .segmentMissing(let address): "there is no file for \(address)"
        case .checkpointFailed(let error): "the checkpoint was not written: \(error)"
        case .notEmpty(let directory): "\(directory) is not empty"
        }
    }
}

extension Damage: CustomStringConvertible {
    public var description: String { "\(file) is damaged at offset \(offset): \(reason)" }

    var directory: String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return String(file[..<slash])
    }
}
