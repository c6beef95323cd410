import AsyncPrimitives
package import Keap

/// Reads all of an account's contacts by the thousand when many people are about to be looked for, so that those who
/// are new cost no search each.
///
/// Only that a person is *not* there is believed, and for a while only: one that seems to be there is asked for afresh.
/// What we create or change ourselves meanwhile is noted.
package actor ContactPrefetch {
    private let calls: any KeapAPI
    private let now: @Sendable () -> Duration
    private let searchesAhead: @Sendable () async -> Int
    private var book = PrefetchIndex()
    /// When the first page was asked for; nil while there is no whole book.
    private var readAt: Duration?
    /// Whether a contact that is there may be missing in the book.
    ///
    /// Where one is deleted while a list is read, the later pages begin one too late. So a list of several pages is read
    /// twice: whatever was deleted in the first reading is missing in the second, and if both name the same contacts nothing
    /// was hidden.
    var mayHideSome: Bool { isReadOnce || !unlike.isEmpty }
    /// Whether only one reading of several pages was worth its calls.
    private var isReadOnce = false
    /// Contacts that only one of the readings named, but for those that we made.
    private var unlike: Set<ContactID> = []
    /// The run that reads the list, and what tells others of its end; nil while none does.
    ///
    /// Looked at and set without a wait between: so an import that has yet to read stands in no live run's way.
    private var reading: Reading?
    /// Contacts that we made or changed while the list was read.
    private var ownMeanwhile: Set<ContactID> = []
    /// Not worth trying again before then.
    private var restsUntil = Duration.zero
    private var restsLiveUntil = Duration.zero

    private struct Reading {
        var isLive: Bool
        var ends: [OneTimeSignal] = []
    }

    /// With fewer ahead, searching one by one is quick and as cheap.
    static let fewestSearches = 20
    /// Contacts that others make in Keap meanwhile are not seen for this long.
    static let longestAge = Duration.seconds(15 * 60)
    static let mostPages = 1_000
    /// The most pages of a list that a live run reads before its own search.
    static let mostLivePages = 4
    static let rest = Duration.seconds(10 * 60)

    /// - Parameters:
    ///   - calls: the account's, as an import makes them.
    ///   - now: time since any origin, on a clock that is never set back.
    ///   - searchesAhead: about how many searches the waiting imports still need.
    package init(
        calls: any KeapAPI, now: @escaping @Sendable () -> Duration,
        searchesAhead: @escaping @Sendable () async -> Int
    ) {
        self.calls = calls
        self.now = now
        self.searchesAhead = searchesAhead
    }

    var isEmpty: Bool { book.isEmpty }

    /// The contacts that may have this id; nil if only Keap can say.
    func bearers(ofID id: String) -> [ContactID]? { isFresh ? book.bearers(ofID: id) : nil }

    func bearers(ofEmail email: String) -> [ContactID]? { isFresh ? book.bearers(ofEmail: email) : nil }

    /// Reads the account's contacts, if that is not done and costs less than the searches that it spares.
    package func prepare(_ field: CustomFieldID) async throws(KeapFailure) {
        func isWorthIt() -> Bool { !isFresh && now() >= restsUntil }
        guard isWorthIt(), await searchesAhead() >= Self.fewestSearches else { return }
        // One reads; who comes meanwhile waits for the same book.
        while reading != nil {
            await endOfReading().wait()
            if Task.isCancelled { throw .cancelled }
        }
        guard isWorthIt() else { return }
        if try await !read(field, calls, most: Self.mostPages, isLive: false) { restsUntil = now() + Self.rest }
    }

    /// The same for a live run, with its own calls: the first of many reads the list if it is short. The others go on, and
    /// take a search back that was not sent yet when the list is there.
    package func prepare(_ field: CustomFieldID, live calls: any KeapAPI) async throws(KeapFailure) {
        func isWorthIt() -> Bool { !isFresh && reading == nil && now() >= restsLiveUntil }
        guard isWorthIt(), await searchesAhead() >= Self.fewestSearches, isWorthIt() else { return }
        do throws(KeapFailure) {
            let isWhole = try await read(field, calls, most: Self.mostLivePages, isLive: true)
            // A list that is too long today is so tomorrow.
            if !isWhole { restsLiveUntil = now() + .seconds(24 * 3600) }
        } catch {
            restsLiveUntil = now() + Self.rest
            if error == .cancelled { throw error }
        }
    }

    /// Fires when the list that a live run reads is there, or is given up; nil while none does.
    func liveReading() -> OneTimeSignal? { reading?.isLive == true ? endOfReading() : nil }

    private func endOfReading() -> OneTimeSignal {
        let signal = OneTimeSignal()
        reading?.ends.append(signal)
        return signal
    }

    /// A contact that we made or changed: also one whose people are not imported.
    func note(_ contact: ContactID, _ body: ContactBody, field: CustomFieldID?) {
        // A book that is not read or out of date is not asked, and everything changed from then on would add up in it.
        guard reading != nil || isFresh else {
            forget()
            return
        }
        if reading != nil { ownMeanwhile.insert(contact) }
        unlike.remove(contact)
        let id = (body.customFields ?? []).first { $0.id == field }?.content.text ?? ""
        book.add(contact, id: id, emails: (body.emails ?? []).map(\.email))
    }

    private func forget() {
        readAt = nil
        if !book.isEmpty { book = PrefetchIndex() }
    }

    private var isFresh: Bool { readAt.map { now() - $0 < Self.longestAge } ?? false }

    /// While no other run reads. Returns whether the list was worth its calls to the end.
    private func read(
        _ field: CustomFieldID, _ calls: any KeapAPI, most: Int, isLive: Bool
    ) async throws(KeapFailure) -> Bool {
        let begun = now()
        forget()
        (reading, ownMeanwhile) = (Reading(isLive: isLive), [])
        defer {
            for end in reading?.ends ?? [] { end.fire() }
            (reading, ownMeanwhile) = (nil, [])
        }
        guard let first = try await readPages(field, calls, most) else {
            book = PrefetchIndex()
            return false
        }
        (isReadOnce, unlike) = (first.pages > 1, [])
        if isReadOnce, let second = try await readPages(field, calls, most) {
            isReadOnce = false
            unlike = first.contacts.symmetricDifference(second.contacts).subtracting(ownMeanwhile)
        }
        readAt = begun
        return true
    }

    /// Reads page after page into the book as long as that costs less than the searches that it spares; nil: it does not.
    private func readPages(
        _ field: CustomFieldID, _ calls: any KeapAPI, _ most: Int
    ) async throws(KeapFailure) -> (contacts: Set<ContactID>, pages: Int)? {
        var contacts: Set<ContactID> = []
        var walk: String?
        for page in 1...most {
            let found = try await calls.contacts(fields: [.id, .emailAddresses, .customFields], page: walk)
            for contact in found.items {
                contacts.insert(contact.id)
                book.add(
                    contact.id, id: ContactMatch.sourceID(of: contact, field: field),
                    emails: (contact.emails ?? []).map(\.email))
            }
            guard let next = found.next else { return (contacts, page) }
            guard await searchesAhead() > 2 * page else { return nil }
            walk = next
        }
        return nil
    }
}
