import Keap
import Synchronization

/// What a reader need not ask for again so soon. Lost with the process, which costs a few calls.
final class ReaderMemory: Sendable {
    private struct Memory {
        var products: [ProductID: KeapProduct] = [:]
        var productsAt: Int64 = 0
        var payers: Set<ContactID> = []
    }

    /// A product that was renamed is seen after that.
    static let longest: Int64 = 3_600_000
    static let mostPayers = 100_000

    private let memory = Mutex(Memory())

    func products(at now: Int64) -> [ProductID: KeapProduct] {
        memory.withLock { memory in
            // Also after the clock was set back.
            if now - memory.productsAt > Self.longest || now < memory.productsAt { memory.products = [:] }
            return memory.products
        }
    }

    func note(_ products: [ProductID: KeapProduct], at now: Int64) {
        memory.withLock { memory in
            if memory.products.isEmpty { memory.productsAt = now }
            memory.products = products
        }
    }

    /// Payers of the past that were passed on and may be on their way.
    func payers(among contacts: [ContactID]) -> Set<ContactID> {
        memory.withLock { memory in memory.payers.intersection(contacts) }
    }

    func note(_ payers: Set<ContactID>) {
        memory.withLock { memory in
            if memory.payers.count > Self.mostPayers { memory.payers = [] }
            memory.payers.formUnion(payers)
        }
    }
}
