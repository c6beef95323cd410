/// A property that a request changed, as the audit remembers it.
package struct FieldWrite: Hashable, Sendable {
    package var name: String
    /// Its old and new value; nil for none. Lists are written as `SLOT=value` with commas between.
    package var before: String?
    package var after: String?
}

extension Contact {
    /// Whether a list in a request replaces the one there or is written slot by slot.
    enum ListWriting { case replaces, mergesBySlot }

    /// Writes what a draft carries, as far as the mask lets it.
    ///
    /// - Returns: the properties that changed.
    mutating func write(
        _ draft: ContactDraft, mask: Set<String>?, lists writing: ListWriting, quirks: Quirks
    ) throws(Refusal) -> [FieldWrite] {
        let old = self
        func isWritten(_ name: String) -> Bool { mask?.contains(name) ?? true }

        for scalar in ContactSchema.scalars where isWritten(scalar.name) {
            switch draft.scalars[scalar.name] {
            case .text(let text): scalars[scalar.name] = text
            case .empty: try clear(scalar.name, quirks.emptyText)
            case .null: try clear(scalar.name, quirks.nullValue)
            case nil: if mask != nil { try clear(scalar.name, quirks.maskedButAbsent) }
            }
        }
        for list in ContactSchema.lists where isWritten(list.name) {
            if let entries = draft.lists[list.name] { write(entries, to: list, writing) }
        }
        if let fields = draft.customFields, isWritten("custom_fields") {
            if writing == .replaces { customFields = [:] }
            for field in fields {
                customFields[field.id] = field.content == .null || field.content == "" ? nil : field.content
            }
        }
        if let company = draft.company, isWritten("company") { self.company = company }
        if let address = draft.originAddress, isWritten("origin") { originAddress = address }
        if let reason = draft.optInReason, isWritten("opt_in_reason") { optIn(for: reason) }
        return changes(since: old)
    }

    private mutating func clear(_ name: String, _ behaviour: Quirks.Clearing) throws(Refusal) {
        switch behaviour {
        case .clears: scalars[name] = nil
        case .ignored: break
        case .refused: throw .bad("\(name) must not be empty", about: name)
        }
    }

    private mutating func write(_ entries: [Entry], to list: ContactSchema.SlotList, _ writing: ListWriting) {
        let old = lists[list.name] ?? []
        var new = writing == .replaces ? [] : old.filter { entry in !entries.contains { $0.slot == entry.slot } }
        for var entry in entries {
            // An entry that says nothing empties its slot.
            let isEmpty = list.essential.map { entry.attributes[$0] == nil } ?? entry.attributes.isEmpty
            if isEmpty { continue }
            if list.name == ContactSchema.emails.name {
                let known = old.first {
                    folded($0.attributes["email"] ?? "") == folded(entry.attributes["email"] ?? "")
                }
                entry.attributes["email_opt_status"] = OptStatus.after(
                    known?.attributes["email_opt_status"], reason: entry.attributes["opt_in_reason"])
                entry.attributes["opt_in_reason"] =
                    entry.attributes["opt_in_reason"] ?? known?.attributes["opt_in_reason"]
            }
            new.append(entry)
        }
        new.sort { list.slots.firstIndex(of: $0.slot) ?? 0 < list.slots.firstIndex(of: $1.slot) ?? 0 }
        lists[list.name] = new.isEmpty ? nil : new
    }

    private mutating func optIn(for reason: String) {
        for index in (lists["email_addresses"] ?? []).indices {
            let status = lists["email_addresses"]?[index].attributes["email_opt_status"]
            lists["email_addresses"]?[index].attributes["opt_in_reason"] = reason
            lists["email_addresses"]?[index].attributes["email_opt_status"] = OptStatus.after(status, reason: reason)
        }
    }

    func changes(since old: Contact) -> [FieldWrite] {
        var writes: [FieldWrite] = []
        func note(_ name: String, _ before: String?, _ after: String?) {
            if before != after { writes.append(FieldWrite(name: name, before: before, after: after)) }
        }
        for scalar in ContactSchema.scalars { note(scalar.name, old.scalars[scalar.name], scalars[scalar.name]) }
        for list in ContactSchema.lists where old.lists[list.name] != lists[list.name] {
            note(list.name, old.summary(of: list.name), summary(of: list.name))
        }
        for id in Set(old.customFields.keys).union(customFields.keys).sorted() {
            note("custom_fields.\(id)", old.customFields[id].map(Contact.plain), customFields[id].map(Contact.plain))
        }
        note("company", old.company.map(String.init), company.map(String.init))
        return writes
    }

    private func summary(of list: String) -> String? {
        guard let entries = lists[list] else { return nil }
        return entries.map { entry in
            entry.slot + "=" + entry.attributes.sorted { $0.key < $1.key }.map(\.value).joined(separator: " ")
        }.joined(separator: ", ")
    }

    /// The content of a custom field as a text to compare or to show.
    static func plain(_ content: JSON) -> String {
        content.text ?? String(decoding: content.bytes, as: UTF8.self)
    }
}

/// Whether Keap may mail an address.
enum OptStatus {
    /// Adds an opt-in reason. It has no effect on a contact that unsubscribed, and the request succeeds all the same.
    static func after(_ status: String?, reason: String?) -> String {
        guard let status else { return reason == nil ? "NON_MARKETABLE" : "SINGLE_OPT_IN" }
        let liftable = ["UNENGAGED_MARKETABLE", "UNENGAGED_NON_MARKETABLE", "NON_MARKETABLE", "MANUAL"]
        return reason != nil && liftable.contains(status) ? "SINGLE_OPT_IN" : status
    }

    static func isOptedIn(_ status: String) -> Bool {
        ["UNENGAGED_MARKETABLE", "SINGLE_OPT_IN", "DOUBLE_OPT_IN", "CONFIRMED"].contains(status)
    }

    /// `SINGLE_OPT_IN` is `SingleOptIn` in v1.
    static func nameInV1(_ status: String) -> String {
        status.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined()
    }
}
