package import Keap
import Synchronization

/// Registers one gym's hooks with Keap, looks at them, and has them verified again.
package final class HookDesk: Sendable {
    /// How hooks stand, and what was done.
    package struct Found: Equatable, Sendable {
        package var isHealthy = false
        package var trouble: String?
        /// Whether hooks are all registered, and Keap was asked to verify some: it calls their address by itself.
        package var awaitsProof = false
        /// In sentences.
        package var lines: [String] = []

        package init(isHealthy: Bool = false, trouble: String? = nil) {
            (self.isHealthy, self.trouble) = (isHealthy, trouble)
        }
    }

    private let gym: String
    private let address: String
    private let token: String
    private let calls: any HookAPI
    /// The kinds of events that Keap lists, which do not change while a service runs.
    private let events = Mutex<[String]?>(nil)

    package init(gym: String, publicURL: String, token: String, calls: any HookAPI) {
        (self.gym, self.token, self.calls) = (gym, token, calls)
        address = HookPlan.address(publicURL, gym: gym, token: token)
    }

    /// Has hooks verified that Keap does not call. Registers none.
    package func revive() async -> Found {
        await attempt { () async throws(KeapFailure) in
            var found = Found()
            try await self.revive(try await self.plan(), &found)
            return found
        }
    }

    /// Registers what is missing, and has the rest verified. A second time registers nothing anew.
    package func connect() async -> Found {
        await attempt { () async throws(KeapFailure) in
            var found = Found()
            var plan = try await self.plan()
            for event in plan.missing {
                let hook = try await self.calls.createHook(for: event, at: self.address)
                found.lines.append("registered a hook for \(hook.event)")
            }
            if !plan.missing.isEmpty { plan = try await self.plan() }
            try await self.revive(plan, &found)
            return found
        }
    }

    /// How hooks stand, without a change.
    package func look() async -> Found {
        await attempt { () async throws(KeapFailure) in
            var found = Found()
            self.judge(try await self.plan(), &found)
            return found
        }
    }

    private func revive(_ plan: HookPlan, _ found: inout Found) async throws(KeapFailure) {
        for hook in plan.silent {
            do throws(KeapFailure) {
                _ = try await calls.verifyHook(hook.id)
                found.lines.append("asked Keap to verify the hook for \(hook.event)")
            } catch {
                switch error {
                // The next look tells how it stands.
                case .refused, .gone, .unclear:
                    found.lines.append("Keap did not verify the hook for \(hook.event): \(hidden(error.message))")
                default: throw error
                }
            }
        }
        judge(plan.silent.isEmpty ? plan : try await self.plan(), &found)
    }

    private func judge(_ plan: HookPlan, _ found: inout Found) {
        (found.isHealthy, found.awaitsProof) = (plan.isHealthy, plan.missing.isEmpty && !plan.silent.isEmpty)
        let count = plan.working.count
        found.lines.append("Keap calls \(count == 1 ? "1 hook" : "\(count) hooks") of gym \(gym)")
        if !plan.elsewhere.isEmpty {
            found.lines.append(
                "Keap has \(plan.elsewhere.count) older hooks of gym \(gym) at another address or with another token; they "
                    + "are of no use, and Keap's list of hooks can be cleared of them")
        }
        guard !plan.isHealthy else { return }
        let silent = plan.silent.map { "\($0.event) (\($0.status?.rawValue ?? "of an unknown state"))" }
        let what = [
            plan.missing.isEmpty ? nil : "hooks are not registered for \(plan.missing.joined(separator: ", "))",
            silent.isEmpty ? nil : "Keap does not call its hooks for \(silent.joined(separator: ", "))",
        ].compactMap { $0 }
        let cure =
            plan.missing.isEmpty
            ? "see that publicURL leads to the intake" : "run lockstep chartmogul connect --gym \(gym)"
        found.trouble =
            (what.isEmpty ? ["Keap offers no hooks for bills"] : what).joined(separator: ", and ") + "; " + cure
    }

    private func plan() async throws(KeapFailure) -> HookPlan {
        let events: [String]
        if let known = self.events.withLock({ $0 }) {
            events = known
        } else {
            events = try await calls.hookEvents()
            self.events.withLock { $0 = events }
        }
        return HookPlan(
            hooks: try await calls.hooks(), events: events, address: address, path: HookPlan.path(of: gym))
    }

    private func attempt(_ body: () async throws(KeapFailure) -> Found) async -> Found {
        do throws(KeapFailure) {
            return try await body()
        } catch {
            return Found(trouble: "Keap's hooks could not be looked at: \(hidden(error.message))")
        }
    }

    /// Without the token, which Keap may name with the address.
    private func hidden(_ text: String) -> String {
        token.isEmpty ? text : text.split(separator: token, omittingEmptySubsequences: false).joined(separator: "…")
    }
}
