import Keap
import OutboundAPI

/// Sends when one of the process's slots for calls is free.
///
/// The wait does not count against the call's deadline: Keap is not to be blamed for it.
struct SlottedTransport: HTTPTransport {
    private let base: any HTTPTransport
    private let slots: CallSlots
    private let account: CallSlots.Account

    init(_ base: any HTTPTransport, _ slots: CallSlots) {
        self.base = base
        self.slots = slots
        account = slots.join()
    }

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        guard let slot = await slots.take(account) else { throw .notSent("Calls to Keap have been stopped.") }
        var isAnswered = false
        defer { slots.giveBack(slot, isAnswered: isAnswered) }
        let response = try await base.send(request, deadline: deadline)
        isAnswered = true
        return response
    }

    func abandon() {
        slots.abandon(account)
        base.abandon()
    }
}
