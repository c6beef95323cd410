import WireFormats

struct DataSource: TableRow {
    let number: Int
    let uuid: String
    let name: String
    let created: WorldTime
    var keys: [ExternalKey] { [] }
}

/// A customer. One that others were merged into has the external ids of all.
struct Customer: TableRow {
    let number: Int
    let uuid: String
    let created: WorldTime
    /// The first is its own; the others came by merging.
    var keys: [ExternalKey]
    var texts: [String: String] = [:]
    var leadCreated: WorldTime?
    var trialStarted: WorldTime?
    var tags: [String] = []
    var custom: [JSONNode.Member] = []
    /// Groups of subscriptions that count as one, as uuids.
    var connected: [[String]] = []

    /// Members that are plain texts.
    static let textNames = ["name", "email", "company", "country", "state", "city", "zip", "owner", "website_url"]

    var sources: [String] {
        var seen: [String] = []
        for key in keys where !seen.contains(key.source) { seen.append(key.source) }
        return seen
    }
}

struct Plan: TableRow {
    let number: Int
    let uuid: String
    let created: WorldTime
    let key: ExternalKey
    var name: String
    var intervalCount: Int
    var intervalUnit: Unit
    var keys: [ExternalKey] { [key] }

    enum Unit: String, Sendable { case day, month, year }
}

/// A subscription: no call makes one, line items and events speak of it.
struct Subscription: TableRow {
    let number: Int
    let uuid: String
    let key: ExternalKey
    var keys: [ExternalKey] { [key] }
}

struct SubscriptionEvent: TableRow {
    let number: Int
    let created: WorldTime
    var updated: WorldTime
    var content: Content
    var uuid: String { String(number) }
    var keys: [ExternalKey] {
        content.externalID.isEmpty ? [] : [ExternalKey(source: content.source, id: content.externalID)]
    }

    struct Content: Sendable {
        var source: String
        var type: Kind
        var externalID: String
        var customer: String
        var subscription: String
        var eventDate: WorldTime
        var effective: WorldTime
        /// Id or external id of the event that this one takes back.
        var retracted: String
        /// The rest, as it was sent.
        var others: [String: JSONNode]

        var subscriptionKey: ExternalKey { ExternalKey(source: source, id: subscription) }
    }

    enum Kind: String, CaseIterable, Sendable {
        case cancelled = "subscription_cancelled"
        case cancellationScheduled = "subscription_cancellation_scheduled"
        case startScheduled = "subscription_start_scheduled"
        case updateScheduled = "subscription_update_scheduled"
        case updatedScheduled = "subscription_updated_scheduled"
        case retracted = "subscription_event_retracted"
        case start = "subscription_start"
        case updated = "subscription_updated"
    }
}
