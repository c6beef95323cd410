import Foundation
import FileJournal
import Synchronization

/// An open file of a `SimulatedFileSystem`.
final class SimulatedFile: OpenFile {
    private let system: SimulatedFileSystem
    private let file: SimulatedDisk.FileID
    private let path: String

    init(_ system: SimulatedFileSystem, _ file: SimulatedDisk.FileID, _ path: String) {
        self.system = system
        self.file = file
        self.path = path
    }

    func size() throws(FileError) -> UInt64 {
        try system.perform(.size, path) { UInt64($0.disk.files[file]!.cache.count) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        let count = buffer.count
        let bytes = try system.perform(.read, path) { state in
            state.disk.files[file]!.cache.dropFirst(Int(offset)).prefix(count)
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        let bytes = Array(bytes)
        return try system.perform(.write, path, changes: true, doneDespiteFailure: true) { state throws(FileError) in
            let piece = Array(bytes.prefix(state.faults.longestWrite))
            try state.checkRoom(file, end: Int(offset) + piece.count, .write, path)
            let landing = state.landing(ofWriteTo: path, file, Int(offset))
            state.disk.write(file, piece, at: Int(offset), landing: landing)
            return piece.count
        }
    }

    func allocate(_ size: UInt64) throws(FileError) {
        try system.perform(.allocate, path, changes: true) { state throws(FileError) in
            try state.checkRoom(file, end: Int(size), .allocate, path)
            state.disk.allocate(file, Int(size))
        }
    }

    func truncate(_ size: UInt64) throws(FileError) {
        try system.perform(.truncate, path, changes: true) { $0.disk.resize(file, to: Int(size)) }
    }

    func sync() throws(FileError) {
        let hook: (@Sendable () -> Void)?
        do throws(FileError) {
            hook = try system.perform(.sync, path, changes: true) { state in
                state.disk.sync(file)
                return state.onSync
            }
        } catch {
            system.state.withLock { state in
                if !state.isOff { state.disk.failSync(file, &state.random) }
            }
            throw error
        }
        hook?()
    }

    func close() {}
}

extension SimulatedFileSystem.State {
    fileprivate func checkRoom(
        _ file: SimulatedDisk.FileID, end: Int, _ operation: FileError.Operation, _ path: String
    ) throws(FileError) {
        guard let capacity = faults.capacity else { return }
        let growth = max(0, end - disk.files[file]!.cache.count)
        guard growth == 0 || disk.used + growth <= capacity else {
            throw FileError(operation: operation, path: path, code: ENOSPC)
        }
    }

    fileprivate mutating func landing(
        ofWriteTo path: String, _ file: SimulatedDisk.FileID, _ offset: Int
    ) -> SimulatedDisk.Landing {
        switch faults.landing(ofWriteTo: path) {
        case nil: .home
        case .nowhere: .nowhere
        case .shifted(let by): .elsewhere(file, offset: max(0, offset + by))
        case .file(let other): disk.names[other].map { .elsewhere($0, offset: offset) } ?? .nowhere
        }
    }
}
