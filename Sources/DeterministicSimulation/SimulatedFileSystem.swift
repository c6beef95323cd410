import SeededRandom
import Foundation
package import FileJournal
import Synchronization

/// A file system in memory that loses power, fills up and fails on request.
///
/// Deterministic: the same seed and the same calls give the same answers, and the same disk after a crash. An instance
/// is one life of the machine; `crash` and `kill` give the next one, and leave this one as it was, so that many crashes
/// can be tried of one moment.
package final class SimulatedFileSystem: FileSystem {
    struct State {
        var disk = SimulatedDisk()
        var faults = FileFaults()
        var random: SeededGenerator
        var locked: Set<String> = []
        var isOff = false
        var changes = 0
        var calls: [FileError.Operation: Int] = [:]
        var onSync: (@Sendable () -> Void)?
    }

    let state: Mutex<State>

    package init(seed: UInt64 = 0) { state = Mutex(State(random: SeededGenerator(seed: seed))) }

    init(_ disk: SimulatedDisk, seed: UInt64, capacity: Int?) {
        var state = State(disk: disk, random: SeededGenerator(seed: seed))
        state.faults.capacity = capacity
        self.state = Mutex(state)
    }

    // MARK: What goes wrong

    package var faults: FileFaults {
        get { state.withLock { $0.faults } }
        set { state.withLock { $0.faults = newValue } }
    }

    /// From here on every call fails.
    package func failPower() { state.withLock { $0.isOff = true } }
    package var isOff: Bool { state.withLock { $0.isOff } }

    /// The machine after a loss of power: of all that was not synced, the disk has what the seed says.
    ///
    /// - Parameter seed: if nil, the next one of this file system's own.
    package func crash(seed: UInt64? = nil) -> SimulatedFileSystem {
        state.withLock { state in
            var random = SeededGenerator(seed: seed ?? state.random.next())
            let disk = state.disk.afterPowerLoss(&random)
            return SimulatedFileSystem(disk, seed: random.next(), capacity: state.faults.capacity)
        }
    }

    /// The machine after a loss of power that nothing survived but what was synced.
    package func crashLosingEverythingUnsynced() -> SimulatedFileSystem {
        state.withLock { state in
            SimulatedFileSystem(
                state.disk.afterLosingEverythingUnsynced(), seed: state.random.next(), capacity: state.faults.capacity)
        }
    }

    /// The same machine after `kill -9`: the system still has everything, and the disk what it had. Locks are free.
    package func kill() -> SimulatedFileSystem {
        state.withLock { state in
            SimulatedFileSystem(state.disk, seed: state.random.next(), capacity: state.faults.capacity)
        }
    }

    // MARK: FileSystem

    package func createDirectory(_ path: String) throws(FileError) {
        try perform(.createDirectory, path, changes: true) { state in
            state.disk.directories.formUnion(SimulatedDisk.parents(of: path + "/"))
        }
    }

    package func list(_ directory: String) throws(FileError) -> [String] {
        try perform(.list, directory) { state throws(FileError) in
            guard state.disk.directories.contains(directory) else {
                throw FileError(operation: .list, path: directory, code: ENOENT)
            }
            return state.disk.names.keys.filter { SimulatedDisk.directory(of: $0) == directory }
                .map { String($0.dropFirst(directory.count + 1)) }.sorted()
        }
    }

    package func open(_ path: String, _ access: FileAccess) throws(FileError) -> any OpenFile {
        let file = try perform(.open, path, changes: access == .create) { state throws(FileError) in
            switch access {
            case .read, .update:
                guard let file = state.disk.names[path] else {
                    throw FileError(operation: .open, path: path, code: ENOENT)
                }
                return file
            case .create:
                guard state.disk.directories.contains(SimulatedDisk.directory(of: path)) else {
                    throw FileError(operation: .open, path: path, code: ENOENT)
                }
                return state.disk.create(path)
            }
        }
        return SimulatedFile(self, file, path)
    }

    package func rename(_ from: String, to: String) throws(FileError) {
        try perform(.rename, from, changes: true, doneDespiteFailure: true) { state throws(FileError) in
            guard let file = state.disk.names[from] else {
                throw FileError(operation: .rename, path: from, code: ENOENT)
            }
            state.disk.change(.rename(from: from, to: to, file))
        }
    }

    package func remove(_ path: String) throws(FileError) {
        try perform(.remove, path, changes: true) { state throws(FileError) in
            guard state.disk.names[path] != nil else {
                throw FileError(operation: .remove, path: path, code: ENOENT)
            }
            state.disk.change(.unbind(path))
        }
    }

    package func syncDirectory(_ path: String) throws(FileError) {
        try perform(.syncDirectory, path, changes: true) { $0.disk.syncNames(in: path) }
    }

    package func lock(_ path: String) throws(FileError) -> any OpenFile {
        let isTaken = try perform(.lock, path) { $0.locked.insert(path).inserted }
        guard isTaken else {
            throw FileError(operation: .lock, path: path, code: EWOULDBLOCK, note: "held by another process")
        }
        return SimulatedLock(self, path)
    }

    // MARK: Inside

    /// Counts a call, and fails it if power is off or a fault was ordered.
    ///
    /// - Parameter doneDespiteFailure: an ordered failure leaves it to the seed whether it was done.
    func perform<Value: Sendable>(
        _ operation: FileError.Operation, _ path: String, changes: Bool = false, doneDespiteFailure: Bool = false,
        _ body: (inout State) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        let result = state.withLock { state -> Result<Value, FileError> in
            state.calls[operation, default: 0] += 1
            if changes, state.faults.powerFailsAt == state.changes { state.isOff = true }
            if state.isOff { return .failure(FileError(operation: operation, path: path, code: ENODEV)) }
            if changes { state.changes += 1 }
            let failure = state.faults.failure(of: operation, path)
            if let failure {
                guard doneDespiteFailure, Bool.random(using: &state.random) else { return .failure(failure) }
            }
            let result = Result { () throws(FileError) in try body(&state) }
            return failure.map { .failure($0) } ?? result
        }
        return try result.get()
    }
}

/// Held until it is closed.
private final class SimulatedLock: OpenFile {
    private let system: SimulatedFileSystem
    private let path: String

    init(_ system: SimulatedFileSystem, _ path: String) {
        self.system = system
        self.path = path
    }

    func size() throws(FileError) -> UInt64 { 0 }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int { 0 }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int { bytes.count }
    func allocate(_ size: UInt64) throws(FileError) {}
    func truncate(_ size: UInt64) throws(FileError) {}
    func sync() throws(FileError) {}
    func close() { system.state.withLock { _ = $0.locked.remove(path) } }
}
