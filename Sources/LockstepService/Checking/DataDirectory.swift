import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether a service could keep its journal in a directory. Leaves nothing behind.
package struct DataDirectory: Equatable, Sendable {
    /// Why it could not, in sentences.
    package var problems: [String] = []
    /// What is worth knowing and no problem.
    package var remarks: [String] = []
    /// Whether a running service has it open.
    package var isInUse = false

    /// The live segment of a new journal and what it sets aside beside that.
    private static let least: UInt64 = 16 << 20

    package static func examine(_ path: String) -> DataDirectory {
        var found = DataDirectory()
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT || errno == ENOTDIR else { return found.adding("\(path): \(lastError)") }
            return found.examineParent(of: path)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return found.adding("\(path) is a file; data takes a directory. Remove the file or name another directory")
        }
        if let reason = Self.tryToWrite(in: path) {
            return found.adding(
                "\(path) cannot be written by this user (\(reason)); give it the right to, or name another")
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            let file = path + "/" + name
            if access(file, R_OK | W_OK) != 0 {
                found = found.adding(
                    "\(file) cannot be written by this user (\(lastError)); it must be the service's own")
            }
        }
        found.examineLock(path + "/LOCK")
        found.examineRoom(path)
        return found
    }

    private func adding(_ problem: String) -> DataDirectory {
        var found = self
        found.problems.append(problem)
        return found
    }

    /// The service makes a directory that is missing, and its parents.
    private mutating func examineParent(of path: String) -> DataDirectory {
        var parent = path
        var status = stat()
        repeat {
            let next = (parent as NSString).deletingLastPathComponent
            parent = next.isEmpty ? (parent.hasPrefix("/") ? "/" : ".") : next
        } while stat(parent, &status) != 0 && parent != "/" && parent != "."
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return adding("\(path) cannot be made: \(parent) is a file. Remove it or name another directory")
        }
        if let reason = Self.tryToWrite(in: parent) {
            return adding(
                "\(path) cannot be made: this user cannot write to \(parent) (\(reason)); give it the right to, or name "
                    + "another directory")
        }
        remarks.append("\(path) will be made")
        examineRoom(parent)
        return self
    }

    private mutating func examineLock(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else {
            remarks.append("a running service has this directory open")
            isInUse = true
            return
        }
        // A service that starts in this very moment must find it free.
        _ = flock(descriptor, LOCK_UN)
    }

    private mutating func examineRoom(_ path: String) {
        var system = statvfs()
        guard statvfs(path, &system) == 0 else { return }
        let free = UInt64(system.f_bavail) * UInt64(system.f_frsize)
        guard free < Self.least else { return }
        let sentence =
            "the disk of \(path) has \(free >> 20) MB left, and messages are accepted only with more than that"
        // A journal that is there already has set its room aside.
        if remarks.isEmpty { remarks.append(sentence) } else { problems.append(sentence) }
    }

    /// Why a file cannot be made there; nil if it can. Rights alone do not tell, least of all of a disk mounted for reading.
    private static func tryToWrite(in directory: String) -> String? {
        let path = directory + "/.lockstep-check-\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return lastError }
        close(descriptor)
        unlink(path)
        return nil
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
