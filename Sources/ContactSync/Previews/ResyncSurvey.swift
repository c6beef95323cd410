package import Keap

/// Finds the contacts that are not as they were left, a thousand a call, so that only those are put right one by one.
package struct ResyncSurvey: Sendable {
    package enum Scope: Equatable, Sendable {
        case gym
        /// Whether the contacts that have it are those that should, as far as they are ours.
        case tag(TagID)
    }

    private let keeper: TagService
    private let calls: any KeapAPI

    /// - Parameter calls: as imports make them: behind everything live.
    package init(keeper: TagService, calls: any KeapAPI) {
        self.keeper = keeper
        self.calls = calls
    }

    /// With fewer contacts, reading each costs no more than the list.
    static let fewest = 3

    /// A tag of ours, by its id or its name in Keap.
    package func tag(called word: String) -> TagID? {
        let directory = keeper.directory
        if directory.records[TagID(word)] != nil { return TagID(word) }
        return directory.records.filter { $0.value.name.folded == word.folded }.keys.min()
    }

    /// Which of these contacts are to be read and put right.
    ///
    /// - Parameters:
    ///   - contacts: of the gym's lanes.
    ///   - state: what the contact's lane remembers; asked for as late as it can be.
    package func differing(
        _ scope: Scope, among contacts: Set<ContactID>, job: UInt64,
        state: (ContactID) async throws -> [UInt8]
    ) async throws -> [ContactID] {
        switch scope {
        case .gym: return try await differing(among: contacts, job, state)
        case .tag(let tag): return try await differing(in: tag, among: contacts, state)
        }
    }

    private func differing(
        among contacts: Set<ContactID>, _ job: UInt64, _ state: (ContactID) async throws -> [UInt8]
    ) async throws -> [ContactID] {
        var unseen = contacts
        var differing: [ContactID] = []
        var (page, pages): (String?, Int) = (nil, 0)
        // A large account with few people of ours is not read whole.
        while unseen.count > max(Self.fewest, pages) {
            let found = try await calls.contacts(fields: PlanStep.meeting, page: page)
            pages += 1
            for contact in found.items where unseen.remove(contact.id) != nil {
                if !agrees(contact, with: try await state(contact.id), job) { differing.append(contact.id) }
            }
            guard let next = found.next else { break }
            page = next
        }
        // Those that the list did not show are gone, or it shifted while it was read.
        return differing + unseen.sorted()
    }

    private func differing(
        in tag: TagID, among contacts: Set<ContactID>, _ state: (ContactID) async throws -> [UInt8]
    ) async throws -> [ContactID] {
        var wearers: Set<ContactID> = []
        var page: String?
        repeat {
            do throws(KeapFailure) {
                let found = try await calls.wearers(of: tag, page: page)
                wearers.formUnion(found.items)
                page = found.next
            } catch {
                // Deleted in Keap: nothing has it, and who should gets one that is made again.
                guard case .gone = error else { throw error }
                page = nil
            }
        } while page != nil
        var differing: [ContactID] = []
        for contact in contacts.sorted() {
            let mirror = try Mirror(bytes: try await state(contact))
            if (mirror.tags[tag] != nil) != wearers.contains(contact) { differing.append(contact) }
        }
        return differing
    }

    private func agrees(_ contact: KeapContact, with state: [UInt8], _ job: UInt64) -> Bool {
        // A state that cannot be read is the delivery's to report.
        guard let mirror = try? Mirror(bytes: state) else { return false }
        let wanted = Resync(subject: "").wanted(after: mirror)
        var planner = Planner(wanted, job: job, mirror: mirror, settings: keeper.settings)
        let directory = keeper.directory
        guard case .read(contact.id, let fields) = planner.next(directory) else { return false }
        planner.read(contact, fields: fields, directory)
        return planner.next(directory) == .finished
    }
}
