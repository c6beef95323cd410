import OutboundAPI
import WireFormats

extension KeapClient {
    func apply(_ tags: [TagID], to contact: ContactID) async throws(KeapFailure) -> [TagID: TagAnswer] {
        try await edit(TagEdit(.apply, contact, tags))
    }

    func remove(_ tags: [TagID], from contact: ContactID) async throws(KeapFailure) {
        _ = try await edit(TagEdit(.remove, contact, tags))
    }

    private func edit(_ edit: TagEdit) async throws(KeapFailure) -> [TagID: TagAnswer] {
        guard !edit.tags.isEmpty else { return [:] }
        // What cannot be sent is its caller's to hear, not that of those whose call it would share.
        for batch in edit.tags.batches(of: APIRequest.largestTagBatch) {
            _ = try APIRequest.remove(Array(batch), from: edit.contact)
        }
        return try await gateway.edit(edit, in: line, run: run)
    }

    func remove(_ tag: TagID, from contacts: [ContactID]) async throws(KeapFailure) {
        for batch in contacts.distinct.batches(of: APIRequest.largestTagBatch) {
            do throws(KeapFailure) {
                try await removeBatch(tag, batch)
            } catch {
                guard error.mayBlameOneContact else { throw error }
                // Keap refuses a batch as a whole and does not say for whose sake. If the tag is gone, this says so.
                try await perform(try APIRequest.readTag(tag))
                try await removeHalves(tag, batch, refused: error)
            }
        }
    }

    private func removeBatch(_ tag: TagID, _ contacts: ArraySlice<ContactID>) async throws(KeapFailure) {
        let contacts = Array(contacts)
        try await perform(try APIRequest.remove(tag, from: contacts), naming: .bulk(contacts, tag, .remove))
    }

    /// Halves a refused batch until the contact it was refused for stands alone. A contact that is gone wears no tag;
    /// any other refusal is the caller's to hear.
    private func removeHalves(
        _ tag: TagID, _ contacts: ArraySlice<ContactID>, refused: KeapFailure
    ) async throws(KeapFailure) {
        guard contacts.count > 1 else {
            if refused.saysContactGone { return }
            throw refused
        }
        let middle = contacts.startIndex + contacts.count / 2
        for half in [contacts[..<middle], contacts[middle...]] {
            do throws(KeapFailure) {
                try await removeBatch(tag, half)
            } catch {
                guard error.mayBlameOneContact else { throw error }
                try await removeHalves(tag, half, refused: error)
            }
        }
    }

    func wearers(of tag: TagID, page: String?) async throws(KeapFailure) -> Page<ContactID> {
        let request = try APIRequest.wearers(of: tag, page: page)
        var found = try await perform(request) { (response) throws(KeapFailure) in
            // v1 wraps the contact, v2 does not; both are read.
            try response.page("contacts") { ($0["contact"] ?? $0)["id"]?.text.map { ContactID($0) } }
        }
        // A page that leads to itself would be read for ever.
        if found.next == page { found.next = nil }
        return found
    }

    func tags(named name: String) async throws(KeapFailure) -> [KeapTag] {
        let filter = nameFilter("name", name)
        let tags = try await all({ .listTags(filter, page: $0) }, list: "tags", read: KeapTag.init)
        return tags.filter { $0.name.isSameName(as: name) }
    }

    func tags() async throws(KeapFailure) -> [KeapTag] {
        try await all({ .listTags(nil, page: $0) }, list: "tags", read: KeapTag.init)
    }

    func createTag(_ name: String, in category: CategoryID?) async throws(KeapFailure) -> KeapTag {
        try await perform(try APIRequest.createTag(name, in: category)) { (response) throws(KeapFailure) in
            try response.one("tag", KeapTag.init)
        }
    }

    func rename(_ tag: TagID, to name: String) async throws(KeapFailure) {
        try await perform(try APIRequest.rename(tag, to: name))
    }

    func delete(_ tag: TagID) async throws(KeapFailure) {
        try await perform(try APIRequest.delete(tag))
    }

    func categories(named name: String) async throws(KeapFailure) -> [KeapCategory] {
        let filter = nameFilter("name", name)
        let categories = try await all(
            { .listCategories(filter, page: $0) }, list: "tag_categories", read: KeapCategory.init)
        return categories.filter { $0.name.isSameName(as: name) }
    }

    func createCategory(_ name: String) async throws(KeapFailure) -> KeapCategory {
        try await perform(try APIRequest.createCategory(name)) { (response) throws(KeapFailure) in
            try response.one("tag category", KeapCategory.init)
        }
    }
}

extension KeapFailure {
    /// Refused as it stands, perhaps because of one of several contacts that it names.
    var mayBlameOneContact: Bool {
        switch self {
        case .gone, .refused(status: 400, _), .refused(status: 409, _): true
        default: false
        }
    }

    /// For a call whose tag is known to exist.
    var saysContactGone: Bool {
        switch self {
        case .gone: true
        case .refused(_, let message): FailureMessage(message).saysGone(.contact)
        default: false
        }
    }
}

extension String {
    /// As Keap compares names. Those that it gave are read without their escapes already.
    func isSameName(as other: String) -> Bool { lowercased() == other.withoutMarkupEscapes.lowercased() }
}
