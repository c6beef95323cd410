import RateLimits
import DurableQueue

/// Where the use of budgets is kept between starts.
struct BudgetNotes: Sendable {
    private static let prefix = "budget/"

    let queue: JobQueue
    /// New names of tenants by their earlier ones.
    let renamedTenants: [String: String]

    /// What was kept under any of these names.
    func load(_ names: [String]) async -> [[UInt8]] {
        var found: [[UInt8]] = []
        for name in names {
            if let saved = await queue.metadata(Self.prefix + name), !saved.isEmpty { found.append(renamed(saved)) }
        }
        return found
    }

    func save(_ bytes: [UInt8], as name: String) async throws {
        try await queue.setMetadata(Self.prefix + name, bytes, durable: true)
    }

    /// Once what they held is kept under another name. One that is left behind is only read again.
    func forget(_ names: [String]) async {
        for name in names where await queue.metadata(Self.prefix + name) != nil {
            try? await queue.setMetadata(Self.prefix + name, [], durable: false)
        }
    }

    private func renamed(_ saved: [UInt8]) -> [UInt8] {
        // The gate itself knows what to make of what cannot be read.
        guard var use = try? BudgetUse(bytes: saved) else { return saved }
        use.renameTenants(renamedTenants)
        return use.bytes
    }
}
