import ChartMogulFeed
import Connectors
import ContactSync
import KeapBilling
import OnceHub
import ZenPlanner

/// The systems that tell about changes. A new one is a target of its own, and a line here.
enum Sources {
    static let all: [any Source.Type] = [ZenPlannerSource.self, OnceHubSource.self, KeapHookSource.self]

    /// The one whose web hook has this path.
    static func source(at path: [String]) -> (any Source.Type)? { all.first { $0.matches(path) } }

    /// The one that stored a message. Nil for one of a newer version's.
    static func source(of tag: MessageTag) -> (any Source.Type)? { all.first { $0.tags.contains(tag) } }

    /// The sources whose changes go to Keap's contacts.
    static var ofContacts: [any ContactSource.Type] { all.compactMap { $0 as? any ContactSource.Type } }
}

extension GymDestinations {
    /// The settings of destinations that a gym's configuration may hold. A new destination's are a line here.
    static let kinds: [any DestinationSettings.Type] = [SyncSettings.self, FeedSettings.self]
}

extension GymSources {
    /// The sources whose changes go to Keap's contacts.
    var ofContacts: [any ContactSource] { all.compactMap { $0 as? any ContactSource } }
}
