/// The settings about bookings' tags, in sentences.
extension OnceHubSettings {
    package var tagWords: [String] {
        var lines: [String] = []
        let place = tags.category.map { " in the category \"\($0)\"" } ?? ""
        if tags.isGenericOn {
            let again = tags.reapply == .newEvents ? "; a new event takes it off and puts it on again" : ""
            lines.append(
                "A contact wears one tag for the latest of all bookings, \"\(tags.genericName)\"\(place)\(again).")
        }
        if tags.isSpecificOn {
            let history = tags.keepsHistory ? "and keeps those of what it was" : "one at a time"
            lines.append("Each booking has a tag of its own, \"\(tags.specificName)\"\(place), \(history).")
        }
        if !tags.isGenericOn, !tags.isSpecificOn { lines.append("What bookings come to is not shown by tags.") }
        return lines + ownTags.map(words)
    }

    private func words(_ tag: OwnTag) -> String {
        let phases = Phase.allCases.filter(tag.phases.contains).map { "\"\($0.name)\"" }.joined(separator: " or ")
        let filters = [
            ("booking page", tag.bookingPages), ("master page", tag.masterPages), ("event type", tag.eventTypes),
            ("calendar", tag.calendars),
        ]
        let given = filters.filter { !$0.1.isEmpty }.map { " with \($0) \($1.joined(separator: " or "))" }
        let only = given.joined(separator: " and")
        return "\"\(tag.name)\" is put on for good when a booking\(only) comes to \(phases)."
    }
}
