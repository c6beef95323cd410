import Synchronization

/// How often all that lanes remember was doubted: each of them looks at ChartMogul's side once for that.
package final class Doubts: Sendable {
    private let known: Mutex<Int>
    private let save: @Sendable ([UInt8]) async throws -> Void

    /// - Parameters:
    ///   - saved: what `save` was given last. What cannot be read counts as none.
    ///   - save: makes it durable before it returns.
    package init(saved: [UInt8]? = nil, save: @escaping @Sendable ([UInt8]) async throws -> Void = { _ in }) {
        known = Mutex(saved.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0)
        self.save = save
    }

    package var count: Int { known.withLock { $0 } }

    /// Once more.
    package func add() async throws {
        let count = known.withLock { known in
            known = min(max(known, 0), Int.max - 1) + 1
            return known
        }
        try await save(Array(String(count).utf8))
    }
}
