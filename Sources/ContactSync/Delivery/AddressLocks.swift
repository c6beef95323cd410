import AsyncPrimitives

/// Lets one run at a time look for, or create, the contact of an e-mail address.
///
/// Two people of one address must not both search, find nothing, and create. Live runs go before imports, and an import
/// that holds an address for which a live run waits is told so: it must not wait for an import's budget any longer.
package final class AddressLocks: Sendable {
    /// A run, as an operator knows it.
    package struct Owner: Equatable, Sendable {
        package var job: UInt64
        package var person: String
        package var isImport: Bool

        package init(job: UInt64, person: String, isImport: Bool) {
            (self.job, self.person, self.isImport) = (job, person, isImport)
        }
    }

    typealias Hold = KeyedLock<String, Owner>.Hold

    private let lock = KeyedLock<String, Owner>()

    package init() {}

    /// Returns once the caller holds the address; nil, holding nothing, if its task was cancelled.
    func acquire(_ address: String, for owner: Owner) async -> Hold? {
        await lock.acquire(address, rank: owner.isImport ? .bulk : .live, for: owner)
    }

    /// The holder of the address that a job waits for; nil if it waits for none. Searches all waiters.
    package func holder(waitedForBy job: UInt64) -> Owner? { lock.holder { $0.job == job } }

    /// How many wait for the address.
    func waiting(for address: String) -> Int { lock.waiting(for: address) }
}
