import Keap

extension Mirror {
    /// One mirror of two lanes that turned out to be one person.
    ///
    /// Of two contacts, the one that has the source ID stays (else the older one); the other is listed for
    /// a person to merge. Whatever the two disagree on counts as unknown, and is sent again when it next matters.
    ///
    /// - Parameter uniting: for each source that keeps a memory, how two of them become one.
    package static func merge(
        _ a: Mirror, _ b: Mirror, uniting: [String: @Sendable (String, String) -> String] = [:]
    ) -> Mirror {
        guard a != b else { return a }
        let first = isStronger(a, b) ? a : b
        let second = first == a ? b : a
        var merged = first
        if first.contact == second.contact || first.contact == nil {
            merged.takeUnknown(from: second)
        }
        merged.contact = first.contact ?? second.contact
        merged.needsRead = first.needsRead || (merged.contact == second.contact && second.needsRead)
        merged.sourceID = first.sourceID ?? (merged.contact == second.contact ? second.sourceID : nil)
        merged.creating = first.creating ?? second.creating
        merged.lost = merged.contact == nil ? first.lost ?? second.lost : nil
        if first.contact == nil || first.contact == second.contact {
            merged.remembered = first.remembered ?? second.remembered
        }
        // The older reading counts: the other half of what is known may be out of date.
        merged.generation =
            first.contact == second.contact
            ? min(first.generation, second.generation) : first.contact == nil ? second.generation : first.generation
        merged.fieldLosses =
            first.contact == second.contact
            ? min(first.fieldLosses, second.fieldLosses)
            : first.contact == nil ? second.fieldLosses : first.fieldLosses
        merged.isLeftAlone = first.isLeftAlone && second.isLeftAlone
        merged.alsoFound(second.alsoFound + (second.contact.map { [$0] } ?? []))
        if merged.ownerID == nil, merged.contact == second.contact { merged.ownerID = second.ownerID }
        let theirs = merged.contact == second.contact ? second.appointments : second.appointments.unsettled
        merged.appointments.merge(theirs) { mine, theirs in mine.id == nil ? theirs : mine }
        merged.boundAppointments()
        merged.considered.merge(second.considered) { mine, _ in mine }
        merged.personal.merge(second.personal) { mine, theirs in mine.tag == nil ? theirs : mine }
        merged.memories.merge(second.memories) { mine, _ in mine }
        for (source, mine) in first.memories {
            if let theirs = second.memories[source], let unite = uniting[source] {
                merged.memories[source] = unite(mine, theirs)
            }
        }
        merged.renewal = first.renewal ?? second.renewal
        if let mine = first.carried, let theirs = second.carried { merged.carried = mine.united(with: theirs) }
        merged.carried = merged.carried ?? second.carried
        if merged.contact == second.contact { merged.refused.merge(second.refused) { mine, _ in mine } }
        merged.attention = Array((first.attention + second.attention).prefix(mostNotes))
        return merged
    }

    private static func isStronger(_ a: Mirror, _ b: Mirror) -> Bool {
        switch (a.contact, b.contact) {
        case (_?, nil): return true
        case (nil, _?): return false
        default: break
        }
        if (a.sourceID == nil) != (b.sourceID == nil) { return a.sourceID != nil }
        return (a.contact ?? ContactID("")) <= (b.contact ?? ContactID(""))
    }

    private mutating func takeUnknown(from other: Mirror) {
        for (field, value) in other.fields {
            if let mine = fields[field] {
                if mine != value { unclearFields.insert(field) }
            } else {
                fields[field] = value
            }
        }
        unclearFields.formUnion(other.unclearFields)
        for (key, value) in other.wishes {
            if let mine = wishes[key], mine != value { unclearWishes.insert(key) }
            wishes[key] = wishes[key] ?? value
        }
        unclearWishes.formUnion(other.unclearWishes)
        // A tag that only one of them knows to be worn may have been taken off by the other.
        for (tag, family) in tags where other.tags[tag] == nil { unclearTags[tag] = family }
        for (tag, family) in other.tags where tags[tag] == nil { unclearTags[tag] = family }
        unclearTags.merge(other.unclearTags) { mine, _ in mine }
        for tag in unclearTags.keys { tags[tag] = nil }
        phoneSlot = phoneSlot ?? other.phoneSlot
    }
}
