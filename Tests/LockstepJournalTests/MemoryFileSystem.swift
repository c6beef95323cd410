import Foundation
import LockstepJournal
import Synchronization

/// Files in memory that lose power on request.
///
/// A write lies in the cache until its file is synced, a name in the cache until its directory is. What of that survives
/// a loss of power is up to a seed. Every call that changes something is counted; at a chosen one, power goes.
final class MemoryFileSystem: FileSystem {
    struct Write {
        var offset: Int
        var bytes: [UInt8]
    }

    struct Node {
        var content: [UInt8] = []
        /// As of the last sync, or as power left it.
        var durable: [UInt8] = []
        /// Since then.
        var writes: [Write] = []
        /// Bytes that were set aside and so are paid for.
        var allocated = 0
    }

    enum NameChange {
        case bind(String, Int)
        case unbind(String)
    }

    struct Fault {
        var operation: FileError.Operation
        var code: Int32
        /// Calls of that operation to let through first.
        var after: Int
        var times: Int
        /// Only calls about files whose path contains this.
        var path: String
    }

    struct State {
        var nodes: [Int: Node] = [:]
        var names: [String: Int] = [:]
        var durableNames: [String: Int] = [:]
        var nameChanges: [NameChange] = []
        var nextNode = 0
        var locked: Set<String> = []

        var changes = 0
        var powerFailsAt: Int?
        var isOff = false
        var faults: [Fault] = []
        var capacity: Int?
        var longestWrite = Int.max
        var calls: [FileError.Operation: Int] = [:]
        var onSync: (@Sendable () -> Void)?
    }

    let state = Mutex(State())

    // MARK: FileSystem

    func createDirectory(_ path: String) throws(FileError) {}

    func list(_ directory: String) throws(FileError) -> [String] {
        try perform(.list, directory) { state in
            state.names.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.count + 1)) }
        }
    }

    func open(_ path: String, _ access: FileAccess) throws(FileError) -> any OpenFile {
        let node: Int = try perform(.open, path, changes: access == .create) { state throws(FileError) in
            switch access {
            case .read, .update:
                guard let node = state.names[path] else {
                    throw FileError(operation: .open, path: path, code: ENOENT)
                }
                return node
            case .create:
                let node = state.nextNode
                state.nextNode += 1
                state.nodes[node] = Node()
                state.names[path] = node
                state.nameChanges.append(.bind(path, node))
                return node
            }
        }
        return MemoryFile(self, node, path)
    }

    func rename(_ from: String, to: String) throws(FileError) {
        try perform(.rename, from, changes: true) { state throws(FileError) in
            guard let node = state.names.removeValue(forKey: from) else {
                throw FileError(operation: .rename, path: from, code: ENOENT)
            }
            state.names[to] = node
            state.nameChanges += [.unbind(from), .bind(to, node)]
        }
    }

    func remove(_ path: String) throws(FileError) {
        try perform(.remove, path, changes: true) { state throws(FileError) in
            guard state.names.removeValue(forKey: path) != nil else {
                throw FileError(operation: .remove, path: path, code: ENOENT)
            }
            state.nameChanges.append(.unbind(path))
        }
    }

    func syncDirectory(_ path: String) throws(FileError) {
        try perform(.syncDirectory, path, changes: true) { state in
            state.durableNames = state.names
            state.nameChanges = []
        }
    }

    func lock(_ path: String) throws(FileError) -> any OpenFile {
        let isTaken = try perform(.lock, path) { $0.locked.insert(path).inserted }
        guard isTaken else { throw FileError(operation: .lock, path: path, code: EWOULDBLOCK, note: "held by a test") }
        return MemoryFile(self, -1, path)
    }

    // MARK: For tests

    /// Counts a call, and fails it if power is off or a fault was ordered.
    func perform<Value: Sendable>(
        _ operation: FileError.Operation, _ path: String, changes: Bool = false,
        _ body: @Sendable (inout State) throws(FileError) -> Value
    ) throws(FileError) -> Value {
        let result = state.withLock { state -> Result<Value, FileError> in
            state.calls[operation, default: 0] += 1
            if state.powerFailsAt == state.changes, changes { state.isOff = true }
            if state.isOff { return .failure(FileError(operation: operation, path: path, code: ENODEV)) }
            if changes { state.changes += 1 }
            if let index = state.faults.firstIndex(where: { $0.applies(to: operation, path) }) {
                if state.faults[index].after > 0 {
                    state.faults[index].after -= 1
                } else {
                    state.faults[index].times -= 1
                    return .failure(FileError(operation: operation, path: path, code: state.faults[index].code))
                }
            }
            return Result { () throws(FileError) in try body(&state) }
        }
        return try result.get()
    }

    func failPower(at change: Int) { state.withLock { $0.powerFailsAt = change } }
    var isOff: Bool { state.withLock { $0.isOff } }
    var changes: Int { state.withLock { $0.changes } }
    func calls(_ operation: FileError.Operation) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

    /// Orders that calls about some files will fail.
    func fail(_ operation: FileError.Operation, _ code: Int32, on path: String = "", after: Int = 0, times: Int = 1) {
        let fault = Fault(operation: operation, code: code, after: after, times: times, path: path)
        state.withLock { $0.faults.append(fault) }
    }

    var used: Int { state.withLock { $0.used } }
    func setCapacity(_ bytes: Int?) { state.withLock { $0.capacity = bytes } }
    func setLongestWrite(_ bytes: Int) { state.withLock { $0.longestWrite = bytes } }
    func onSync(_ body: @escaping @Sendable () -> Void) { state.withLock { $0.onSync = body } }

    func content(_ path: String) -> [UInt8]? {
        state.withLock { state in state.names[path].map { state.nodes[$0]!.content } }
    }
    var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// Changes a file's bytes behind the journal's back.
    func edit(_ path: String, _ body: (inout [UInt8]) -> Void) {
        state.withLock { state in
            let node = state.names[path]!
            body(&state.nodes[node]!.content)
            state.nodes[node]!.durable = state.nodes[node]!.content
            state.nodes[node]!.writes = []
        }
    }

    func put(_ path: String, _ bytes: [UInt8]) {
        state.withLock { state in
            state.nodes[state.nextNode] = Node(content: bytes, durable: bytes)
            state.names[path] = state.nextNode
            state.durableNames[path] = state.nextNode
            state.nextNode += 1
        }
    }

    func erase(_ path: String) {
        state.withLock { state in
            state.names[path] = nil
            state.durableNames[path] = nil
        }
    }

    enum Crash {
        /// The process died: everything that the kernel had is there.
        case process
        /// Power went: nothing that was not synced is there.
        case powerDroppingAll
        /// Power went: each unsynced write was kept, dropped or torn, each name as far as the seed says.
        case power(seed: UInt64)
    }

    /// The disk as the next boot finds it.
    func afterCrash(_ crash: Crash) -> MemoryFileSystem {
        let next = MemoryFileSystem()
        let old = state.withLock { $0 }
        next.state.withLock { state in
            state.nextNode = old.nextNode
            switch crash {
            case .process:
                state.names = old.names
                state.nodes = old.nodes.mapValues { Node(content: $0.content, durable: $0.content) }
            case .powerDroppingAll:
                state.names = old.durableNames
                state.nodes = old.nodes.mapValues { Node(content: $0.durable, durable: $0.durable) }
            case .power(let seed):
                var random = SplitMix(state: seed)
                var names = old.durableNames
                // A journaling file system brings names to the disk in order, so a prefix survives.
                for change in old.nameChanges.prefix(Int.random(in: 0...old.nameChanges.count, using: &random)) {
                    switch change {
                    case .bind(let name, let node): names[name] = node
                    case .unbind(let name): names[name] = nil
                    }
                }
                state.names = names
                for id in old.nodes.keys.sorted() {
                    let content = Self.surviving(old.nodes[id]!, &random)
                    state.nodes[id] = Node(content: content, durable: content)
                }
            }
            state.durableNames = state.names
        }
        return next
    }

    private static func surviving(_ node: Node, _ random: inout SplitMix) -> [UInt8] {
        var content = node.durable
        for write in node.writes {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: content.put(write.bytes[...], at: write.offset)
            case 1: break
            case 2:
                content.put(write.bytes.prefix(Int.random(in: 0...write.bytes.count, using: &random)), at: write.offset)
            default:
                // Sectors in any order.
                var start = 0
                while start < write.bytes.count {
                    let end = min(write.bytes.count, (write.offset + start) / 512 * 512 + 512 - write.offset)
                    if Bool.random(using: &random) { content.put(write.bytes[start..<end], at: write.offset + start) }
                    start = end
                }
            }
        }
        return content
    }
}

final class MemoryFile: OpenFile {
    private let system: MemoryFileSystem
    private let node: Int
    private let path: String

    init(_ system: MemoryFileSystem, _ node: Int, _ path: String) {
        self.system = system
        self.node = node
        self.path = path
    }

    func size() throws(FileError) -> UInt64 {
        try system.perform(.size, path) { UInt64($0.nodes[node]!.content.count) }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        let count = buffer.count
        let bytes = try system.perform(.read, path) { state in
            Array(state.nodes[node]!.content.dropFirst(Int(offset)).prefix(count))
        }
        buffer.copyBytes(from: bytes)
        return bytes.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(FileError) -> Int {
        let bytes = Array(bytes)
        return try system.perform(.write, path, changes: true) { state throws(FileError) in
            let piece = Array(bytes.prefix(state.longestWrite))
            try state.checkRoom(node, end: Int(offset) + piece.count, .write, path)
            state.nodes[node]!.content.put(piece[...], at: Int(offset))
            state.nodes[node]!.writes.append(.init(offset: Int(offset), bytes: piece))
            return piece.count
        }
    }

    func allocate(_ size: UInt64) throws(FileError) {
        try system.perform(.allocate, path, changes: true) { state throws(FileError) in
            try state.checkRoom(node, end: Int(size), .allocate, path)
            let length = max(state.nodes[node]!.content.count, Int(size))
            state.nodes[node]!.allocated = length
            state.nodes[node]!.content.pad(to: length)
        }
    }

    func truncate(_ size: UInt64) throws(FileError) {
        try system.perform(.truncate, path, changes: true) { state in
            state.nodes[node]!.content.removeLast(max(0, state.nodes[node]!.content.count - Int(size)))
        }
    }

    func sync() throws(FileError) {
        let hook = try system.perform(.sync, path, changes: true) { state in
            state.nodes[node]!.durable = state.nodes[node]!.content
            state.nodes[node]!.writes = []
            return state.onSync
        }
        hook?()
    }

    func close() {
        if node == -1 { system.state.withLock { _ = $0.locked.remove(path) } }
    }
}

extension MemoryFileSystem.Fault {
    func applies(to operation: FileError.Operation, _ path: String) -> Bool {
        self.operation == operation && times > 0 && (self.path.isEmpty || path.contains(self.path))
    }
}

extension MemoryFileSystem.State {
    var used: Int { Set(names.values).reduce(0) { $0 + max(nodes[$1]!.content.count, nodes[$1]!.allocated) } }

    func checkRoom(_ node: Int, end: Int, _ operation: FileError.Operation, _ path: String) throws(FileError) {
        guard let capacity else { return }
        let growth = max(0, end - nodes[node]!.content.count)
        guard growth == 0 || used + growth <= capacity else {
            throw FileError(operation: operation, path: path, code: ENOSPC)
        }
    }
}

extension [UInt8] {
    mutating func pad(to length: Int) {
        if count < length { append(contentsOf: [UInt8](repeating: 0, count: length - count)) }
    }

    mutating func put(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        pad(to: offset + bytes.count)
        replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    }
}

/// Seeded, so that a failure can be run again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
