/// A registration for one kind of event.
package struct SimHook: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable {
        case unverified = "Unverified"
        case verified = "Verified"
        case inactive = "Inactive"
    }

    package let id: Int
    package internal(set) var event: String
    package internal(set) var address: String
    package internal(set) var status = Status.unverified
    /// What the address must send back to prove that it wants the hook; nil before the first request for it.
    var secret: String?

    var json: JSON {
        [
            "eventKey": .string(event), "hookUrl": .string(address), "key": .string(String(id)),
            "status": .string(status.rawValue),
        ]
    }

    /// The kinds of events that there are.
    package static let events: [String] = {
        let three = [
            "appointment", "company", "contact", "contactGroup", "invoice", "invoice.payment", "leadsource", "note",
            "opportunity", "order", "product", "subscription", "task",
        ]
        let all = three.flatMap { thing in ["add", "delete", "edit"].map { "\(thing).\($0)" } }
        return
            (all + [
                "contact.redact", "contactGroup.applied", "contactGroup.removed", "opportunity.stage_move",
                "user.activate", "user.add", "user.edit",
            ]).sorted()
    }()
}

/// Something happened to one object.
struct HookEvent: Hashable, Sendable {
    var key: String
    var object: Int
}

/// One POST to a hook's address, which `delivered` must follow.
package struct HookDelivery: Hashable, Sendable {
    package let number: Int
    package let account: String
    package let hook: Int
    package let address: String
    /// Set if it asks for proof: the value of `X-Hook-Secret`, to be sent back in the same header.
    package let secret: String?
    package let body: [UInt8]
}

/// What a delivery suffers that Keap itself knows nothing of.
package struct HookFaults: Hashable, Sendable {
    /// Of a hundred deliveries so many are never sent.
    package var dropPercent = 0
    /// So many are sent a second time.
    package var repeatPercent = 0
    /// They come up to ten minutes later, and their objects in any order.
    package var shuffles = false

    package init() {}
}
