package import DurableQueue
package import Keap

/// Where snapshots go, and what is known there.
package protocol SnapshotQueue: Sendable {
    /// Durable when it returns.
    func send(_ snapshots: [BillingSnapshot], _ urgency: JobUrgency) async throws
    /// Durable when it returns. Another with the same key is sent once.
    func send(_ page: HistoryPage) async throws
    /// Which of these contacts' payers were passed on and arrived.
    func known(among contacts: [ContactID]) async throws -> Set<ContactID>
}
