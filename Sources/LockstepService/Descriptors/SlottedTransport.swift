import Keap

/// Sends when one of the process's slots for calls is free.
///
/// The wait does not count against the call's deadline: Keap is not to be blamed for it.
struct SlottedTransport: KeapTransport {
    private let base: any KeapTransport
    private let slots: CallSlots
    private let account: CallSlots.Account

    init(_ base: any KeapTransport, _ slots: CallSlots) {
        self.base = base
        self.slots = slots
        account = slots.join()
    }

    func send(_ request: KeapRequest, deadline: Duration) async throws(TransportFailure) -> KeapResponse {
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
