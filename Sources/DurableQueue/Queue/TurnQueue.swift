import Synchronization

/// What tasks bring side by side, for one of them to take to an actor in one turn.
///
/// The one that brings something while no other leads, leads: it calls `take` in its turn, which also gets all that others
/// brought until then. So a turn is one hop for all of them, and one that comes alone waits for none.
final class TurnQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isLed = false
    }

    private let state = Mutex(State())

    /// - Parameter element: made knowing whether the caller leads.
    /// - Returns: whether the caller leads.
    func add(_ element: (_ leads: Bool) -> Element) -> Bool {
        state.withLock { state in
            let leads = !state.isLed
            state.isLed = true
            state.elements.append(element(leads))
            return leads
        }
    }

    /// All that was brought, in that order: called once by each leader. The next to bring something leads.
    func take() -> [Element] {
        state.withLock { state in
            defer { (state.elements, state.isLed) = ([], false) }
            return state.elements
        }
    }
}
