import Synchronization

/// Names that are known to be several people's. The latest thousand: it takes a search that is behind for it to matter.
final class SharedNames: Sendable {
    private let names = Mutex<[String]>([])
    private static let most = 1_000

    func note(_ name: String) {
        names.withLock { names in
            guard !names.contains(name) else { return }
            names.append(name)
            if names.count > Self.most { names.removeFirst() }
        }
    }

    func contains(_ name: String) -> Bool { names.withLock { $0.contains(name) } }
}
