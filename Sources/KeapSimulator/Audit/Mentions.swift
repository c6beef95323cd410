/// The contacts and tags that a request names, in its path, its query or its body.
struct Mentions: Equatable, Sendable {
    var contacts: Set<Int> = []
    var tags: Set<Int> = []
    /// Set for tag calls only.
    var direction: Direction?

    enum Direction: Sendable { case applying, removing }

    init() {}

    init(_ endpoint: Endpoint, _ act: Act) {
        if let contact = act.ids.contact { contacts.insert(contact) }
        if let tag = act.ids.tag { tags.insert(tag) }
        func ids(_ name: String) -> [Int] { (act.body?[name]?.items ?? []).compactMap(\.id) }
        let idsInQuery = (act.list("ids") ?? []).compactMap { Int($0) }
        switch endpoint {
        case .applyTag, .removeTag: contacts.formUnion(ids("contact_ids"))
        case .applyTagV1: contacts.formUnion(ids("ids"))
        case .removeTagV1: contacts.formUnion(idsInQuery)
        case .applyTagsV1: tags.formUnion(ids("tagIds"))
        case .removeTagsV1: tags.formUnion(idsInQuery)
        case .mergeContacts:
            contacts.formUnion([act.body?["contact_id"]?.id, act.body?["duplicate_contact_id"]?.id].compactMap(\.self))
        case .listAppointments:
            if let id = act.request.parameter("contact_id").flatMap({ Int($0) }) { contacts.insert(id) }
        case .createAppointment, .updateAppointment, .replaceAppointment:
            if let id = act.body?["contact_id"]?.id { contacts.insert(id) }
        case .listSubscriptions, .listOrders, .listTransactions:
            let clauses = (try? Filter(act.request.parameter("filter"), allowsUnequal: true))?.clauses ?? []
            contacts.formUnion(clauses.filter { $0.field == "contact_id" }.compactMap { Int($0.value) })
        case .createSubscription, .updateSubscription, .createOrder, .updateOrder:
            if let id = act.body?["contact_id"]?.id { contacts.insert(id) }
        default: break
        }
        switch endpoint {
        case .applyTag, .applyTagV1, .applyTagsV1: direction = .applying
        case .removeTag, .removeTagV1, .removeTagsV1, .removeOneTagV1, .removeTagFromOneV1: direction = .removing
        default: break
        }
    }

    /// Whether two requests may be in flight at once although they name one contact: only tag calls of one direction
    /// about different tags, whose order cannot matter.
    func mayOverlap(_ other: Mentions) -> Bool {
        guard !contacts.isDisjoint(with: other.contacts) else { return true }
        return direction != nil && direction == other.direction && tags.isDisjoint(with: other.tags)
    }
}
