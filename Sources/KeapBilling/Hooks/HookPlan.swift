package import Keap

/// What is to be done so that Keap tells this address of every change of bills: hooks to be registered, and those to be
/// verified again.
package struct HookPlan: Equatable, Sendable {
    /// Kinds of events without a hook at the address.
    package private(set) var missing: [String] = []
    /// Hooks at the address that Keap does not call.
    package private(set) var silent: [KeapHook] = []
    /// Hooks at the address that Keap calls.
    package private(set) var working: [KeapHook] = []
    /// Hooks for bills at other addresses that end alike: of an earlier token or an earlier `publicURL`.
    package private(set) var elsewhere: [KeapHook] = []

    /// Events of bills: what the live list has of these. One third-party file calls subscriptions `recurringOrder`.
    private static let prefixes = ["subscription.", "recurringorder.", "order.", "invoice."]

    /// - Parameters:
    ///   - hooks: all of the account.
    ///   - events: the kinds that Keap can register, as it lists them.
    ///   - path: the part of addresses that is this gym's, without the token.
    package init(hooks: [KeapHook], events: [String], address: String, path: String) {
        var wanted: Set<String> = []
        for event in events where Self.isBilled(event) { wanted.insert(event) }
        // Of two hooks of one kind the one that works counts.
        let mine = hooks.filter { $0.address == address && Self.isBilled($0.event) }
        working = mine.filter { $0.status == .verified }
        let heard = Set(working.map(\.event))
        var seen = heard
        silent = mine.filter { $0.status != .verified && seen.insert($0.event).inserted }
        missing = wanted.subtracting(seen).sorted()
        elsewhere = hooks.filter { $0.address != address && Self.isBilled($0.event) && $0.address.contains(path) }
    }

    /// Whether Keap tells of every change.
    package var isHealthy: Bool { missing.isEmpty && silent.isEmpty && !working.isEmpty }

    package static func isBilled(_ event: String) -> Bool {
        let event = event.lowercased()
        return prefixes.contains { event.hasPrefix($0) }
    }

    /// Where Keap reaches a gym's web hook. `publicURL` has no slash at its end.
    package static func address(_ publicURL: String, gym: String, token: String) -> String {
        publicURL + path(of: gym) + token
    }

    package static func path(of gym: String) -> String { "/hooks/\(gym)/keap/" }
}
