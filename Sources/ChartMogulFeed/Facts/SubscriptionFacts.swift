package import Keap

/// A subscription as it was at each time at which it was seen to be another than before.
///
/// Keap shows a subscription as it is, and what it was decides what ChartMogul is told of the past: which interval a bill
/// had, which end took effect before it was taken back, whose it was.
package struct SubscriptionFacts: Codable, Hashable, Sendable {
    package var id: SubscriptionID
    /// In the order of their time.
    package private(set) var versions: [SubscriptionVersion] = []
    private var lastRead: Int64 = .min
    /// When Keap did not know it, oldest first.
    private var gone: [Int64] = []

    private enum CodingKeys: String, CodingKey {
        case id = "i"
        case versions = "v"
        case lastRead = "r"
        case gone = "g"
    }

    package init(id: SubscriptionID) { self.id = id }

    /// Of more, those go first that say the same of who pays, for what, and until when, as those beside them.
    package static let mostVersions = 40
    private static let mostGone = 4

    package var newest: SubscriptionVersion? { versions.last }

    /// Since when Keap has not known it; nil if it does.
    package var goneSince: Int64? { gone.first { $0 > lastRead } }

    package mutating func take(_ subscription: KeapSubscription, readAt: Int64) {
        insert(SubscriptionVersion(subscription, readAt: readAt))
        lastRead = max(lastRead, readAt)
    }

    package mutating func isGone(at time: Int64) {
        guard !gone.contains(time) else { return }
        gone = Array((gone + [time]).sorted().suffix(Self.mostGone))
    }

    package func united(with other: Self) -> Self {
        var united = self
        for version in other.versions { united.insert(version) }
        for time in other.gone { united.isGone(at: time) }
        united.lastRead = max(lastRead, other.lastRead)
        return united
    }

    private mutating func insert(_ version: SubscriptionVersion) {
        var version = version
        if let index = versions.firstIndex(where: { $0.isSame(as: version) }) {
            // When it was first seen counts.
            version.readAt = min(versions.remove(at: index).readAt, version.readAt)
        }
        versions.insert(version, at: versions.firstIndex { version < $0 } ?? versions.count)
        if versions.count > Self.mostVersions { fold() }
    }

    /// Without those between which only bills came.
    mutating func thinOut() {
        while let index = spare { versions.remove(at: index) }
    }

    private var spare: Int? {
        versions.indices.dropFirst().dropLast().first { index in
            versions[index].saysTheSame(as: versions[index - 1]) && versions[index].saysTheSame(as: versions[index + 1])
        }
    }

    private mutating func fold() {
        versions.remove(at: spare ?? 1)
    }
}
