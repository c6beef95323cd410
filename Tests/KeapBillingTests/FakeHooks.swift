import Keap
import Synchronization

/// The hooks of a gym's account, each call that was made, and how Keap takes it.
final class FakeHooks: HookAPI {
    struct Account {
        var hooks: [KeapHook] = []
        var events = ["contact.add", "subscription.edit", "order.add", "invoice.add"]
        var calls: [String] = []
        /// Whether the address proves that it is ours when Keap asks.
        var isReachable = true
        /// What the next call ends with.
        var failure: KeapFailure?
    }

    let account = Mutex(Account())

    func change(_ body: (inout Account) -> Void) { account.withLock { body(&$0) } }

    /// The calls since the last time.
    func takeCalls() -> [String] {
        account.withLock { account in
            defer { account.calls = [] }
            return account.calls
        }
    }

    private func call<Value: Sendable>(
        _ name: String, _ body: (inout Account) -> Value
    ) throws(KeapFailure) -> Value {
        let result = account.withLock { account -> Result<Value, KeapFailure> in
            account.calls.append(name)
            if let failure = account.failure {
                account.failure = nil
                return .failure(failure)
            }
            return .success(body(&account))
        }
        return try result.get()
    }

    func hooks() async throws(KeapFailure) -> [KeapHook] { try call("list") { $0.hooks } }
    func hookEvents() async throws(KeapFailure) -> [String] { try call("events") { $0.events } }

    func createHook(for event: String, at address: String) async throws(KeapFailure) -> KeapHook {
        try call("create \(event)") { account in
            let hook = KeapHook(
                id: HookID("\(account.hooks.count + 1)"), event: event, address: address,
                status: account.isReachable ? .verified : .unverified)
            account.hooks.append(hook)
            return hook
        }
    }

    func verifyHook(_ id: HookID) async throws(KeapFailure) -> KeapHook {
        let verified = try call("verify \(id)") { account -> KeapHook? in
            guard let place = account.hooks.firstIndex(where: { $0.id == id }) else { return nil }
            if account.isReachable { account.hooks[place].status = .verified }
            return account.hooks[place]
        }
        guard let verified else { throw .gone(message: "no such hook") }
        return verified
    }

    func deleteHook(_ id: HookID) async throws(KeapFailure) {
        try call("delete \(id)") { account in account.hooks.removeAll { $0.id == id } }
    }
}
