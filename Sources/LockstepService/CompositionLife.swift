import Synchronization

/// Whether a composition still counts: what outlives a request, such as an event stream, ends with it.
final class CompositionLife: Sendable {
    private let state = Atomic(false)

    var isOver: Bool { state.load(ordering: .relaxed) }
    func end() { state.store(true, ordering: .relaxed) }
}
