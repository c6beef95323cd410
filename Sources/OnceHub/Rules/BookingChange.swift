package import ContactSync

/// The change that a booking's event asks of its contact.
package struct BookingChange: Equatable, Sendable {
    package var booking: Booking
    package var settings: OnceHubSettings

    package init(_ booking: Booking, settings: OnceHubSettings) {
        self.booking = booking
        self.settings = settings
    }
}

extension BookingChange: ContactChange {
    package var subject: String { PersonName(values).described(as: "booking \(booking.id)") }

    package var records: [String] { [booking.id, booking.event.otherBooking].compactMap { $0 } }

    package var nameMatch: NameMatch { settings.creation.matchesAddressAlone ? .anyName : .whole }

    package var values: [SyncedField: FieldValue] {
        let customer = booking.customer
        let texts: [(SyncedField, String)] = [
            (.firstName, customer.firstName), (.lastName, customer.lastName), (.email, customer.email),
            (.mobilePhone, customer.mobilePhone.isEmpty ? customer.phone : customer.mobilePhone),
        ]
        // A value that a form leaves empty is not known to be empty.
        return Dictionary(uniqueKeysWithValues: texts.filter { !$0.1.isEmpty }.map { ($0, .value($1)) })
    }

    package func wanted(after mirror: Mirror) -> DesiredContact {
        var wanted = DesiredContact(values: values)
        wanted.nameMatch = nameMatch
        wanted.optInReason = settings.creation.optInReason
        wanted.notes = booking.customer.notes
        do throws(BookingMemory.Unreadable) {
            ask(of: &wanted, after: try BookingMemory(of: mirror))
        } catch {
            wanted.impossible = error.description
        }
        return wanted
    }

    private func ask(of wanted: inout DesiredContact, after known: BookingMemory) {
        let event = booking.event
        guard !known.isOvertaken(event, of: booking.id) else {
            wanted.policy = .ignore
            return
        }
        let isDone = known.hasDone(event: event.id)
        // An earlier try may have noted the event, and is to have no other say than that.
        let before = isDone ? known : known.without(event: event.id)
        var after = known
        after.note(event, of: booking.id, places: BookingContext(of: booking, names: settings.names))
        after.finish(event.id)
        let isNewest = !isDone && after.newest == event.stamp
        wanted.policy = isNewest ? settings.creation.known : .ignore
        wanted.tags = tags(before, after, isNewest: isNewest)
        BookingRules(settings: settings, booking: booking).add(
            to: &wanted, after: after, isNewest: isNewest, isForgotten: isForgotten(before))
        if isForgotten(before), settings.tags.isSpecificOn {
            wanted.forgottenTags = records.flatMap { booking in
                Phase.allCases.map { settings.tags.specific($0, booking) }
            }
        }
        var underway = after
        underway.begin(event.id)
        wanted.memory = SourceMemory(
            source: BookingMemory.source, text: after.text, underway: isDone ? nil : underway.text,
            families: Set(after.named.map(TagFamily.booking)))
    }

    /// Whether the booking had events before this one and none of them is remembered: the journal is new, or older than
    /// what Keap was told.
    private func isForgotten(_ before: BookingMemory) -> Bool {
        booking.event.kind != .scheduled && !records.contains { before.remembers(booking: $0) }
    }

    // MARK: Tags

    private func tags(_ before: BookingMemory, _ after: BookingMemory, isNewest: Bool) -> [TagRequest] {
        let old = Lifecycle(before, unknownActor: settings.unknownActor)
        let new = Lifecycle(after, unknownActor: settings.unknownActor)
        let isRenewed = isNewest && settings.tags.reapply == .newEvents
        var wishes: [TagRequest] = []
        if settings.tags.isGenericOn, let latest = new.latest {
            var wish = TagRequest(.lifecycle, worn: [.named(settings.tags.generic(latest.phase))])
            wish.isRenewed = isRenewed
            wishes.append(wish)
        }
        // Evicted events do not count as withdrawn.
        let mistaken = old.standings.filter { !new.contains($0) && after.contains(event: $0.stamp.id) }
        if settings.tags.isSpecificOn { wishes += specific(old, new, mistaken) }
        if !settings.ownTags.isEmpty {
            var wish = own(old, new, mistaken, after)
            wish.isRenewed = isRenewed
            wishes.append(wish)
        }
        return wishes
    }

    /// For the bookings that the event speaks of, and those that it puts in another light.
    private func specific(
        _ old: Lifecycle, _ new: Lifecycle, _ mistaken: [Lifecycle.Standing]
    ) -> [TagRequest] {
        let changed = new.standings.filter { !old.contains($0) }.map(\.booking)
        return Set(records + changed + mistaken.map(\.booking)).sorted().map { booking in
            func tags(_ standings: [Lifecycle.Standing]) -> [WantedTag] {
                standings.filter { $0.booking == booking }.map { .named(settings.tags.specific($0.phase, booking)) }
            }
            guard settings.tags.keepsHistory else {
                return TagRequest(.booking(booking), worn: tags(new.current(of: booking).map { [$0] } ?? []))
            }
            var wish = TagRequest(.booking(booking), worn: tags(new.standings), isWhole: false)
            wish.unworn = tags(mistaken)
            return wish
        }
    }

    /// The gym's own tags stay on, except those that another event showed to have been a mistake.
    private func own(
        _ old: Lifecycle, _ new: Lifecycle, _ mistaken: [Lifecycle.Standing], _ memory: BookingMemory
    ) -> TagRequest {
        func fitting(_ standings: [Lifecycle.Standing]) -> [WantedTag] {
            settings.ownTags.filter { tag in
                standings.contains { tag.fits($0.phase, memory.places(of: $0.booking) ?? BookingContext()) }
            }.map { .named($0.named) }
        }
        let event = booking.event.id
        let coming = new.standings.filter { !old.contains($0) || $0.stamp.id == event }
        var wish = TagRequest(.ownOnBooking, worn: fitting(coming), isWhole: false)
        let right = fitting(new.standings)
        wish.unworn = fitting(mistaken).filter { !right.contains($0) }
        return wish
    }
}
