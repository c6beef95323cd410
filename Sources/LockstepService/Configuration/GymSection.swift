import ConfigurationReading
import Connectors
import ContactSync
import Keap
import WireFormats

/// The keys of a gym's section: its own, and one for each source and each destination.
private struct GymKey: CaseIterable, Hashable, RawRepresentable {
    let rawValue: String

    static let id = GymKey("id")
    static let name = GymKey("name")
    static let keap = GymKey("keap")
    static let afterDead = GymKey("afterDead")

    static let allCases: [GymKey] = {
        let sections = Sources.all.map(section(of:)) + GymDestinations.kinds.map(section(of:))
        var seen: Set<GymKey> = []
        // A section may be a source's and a destination's.
        return ([id, name, keap] + sections + [afterDead]).filter { seen.insert($0).inserted }
    }()

    static func section(of source: any Source.Type) -> GymKey { GymKey(source.section) }
    static func section(of settings: any DestinationSettings.Type) -> GymKey { GymKey(settings.section) }

    private init(_ name: String) { rawValue = name }

    init?(rawValue: String) {
        guard let key = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = key
    }
}

extension ConfigurationReader {
    func gym(_ value: ConfigurationValue, _ sharing: inout KeapSharing) -> GymConfiguration? {
        guard let section = value.section(GymKey.self) else { return nil }
        let id = section.required(.id).flatMap(gymID)
        let name = section[.name]?.filledText()
        let keap = section.required(.keap).flatMap { self.keap($0, of: id, &sharing) }
        let sources = self.sources(section)
        let destinations = self.destinations(section, sources)
        let afterDead = section[.afterDead]?.choice(AfterDead.self) ?? .continue
        if !Sources.all.contains(where: { section[.section(of: $0)] != nil }) {
            let names = Sources.all.map { $0.section }.joined(separator: " or ")
            notes.remark(value.path, "without \(names), nothing tells this gym's changes.")
        }
        for source in sources.ofContacts {
            guard let place = section[.section(of: type(of: source))] else { continue }
            source.check(with: destinations[SyncSettings.self] ?? SyncSettings(), at: place)
        }
        guard let id, let keap else { return nil }
        return GymConfiguration(
            id: id, name: name ?? id.description, keap: keap, sources: sources, destinations: destinations,
            afterDead: afterDead,
            digest: keap.site.fingerprint { SHA256.digest(Array(value.node.canonical.utf8) + keap.clientMark + $0) })
    }

    private func sources(_ section: ConfigurationSection<GymKey>) -> GymSources {
        var sources = GymSources()
        for kind in Sources.all {
            guard let place = section[.section(of: kind)], let source = kind.init(place, secrets: secrets) else {
                continue
            }
            sources.add(source)
        }
        return sources
    }

    private func destinations(
        _ section: ConfigurationSection<GymKey>, _ sources: GymSources
    ) -> GymDestinations {
        var destinations = GymDestinations()
        for kind in GymDestinations.kinds {
            guard let place = section[.section(of: kind)], let settings = kind.init(place, secrets: secrets) else {
                continue
            }
            destinations.add(settings)
        }
        var sync = destinations[SyncSettings.self] ?? SyncSettings()
        for source in sources.ofContacts { source.add(to: &sync) }
        // Nothing of the source of record is to be made in the account of a gym that does not use it.
        let hasRecord = Sources.ofContacts.contains { $0.isOfRecord && section[.section(of: $0)] != nil }
        if !hasRecord, !sources.all.isEmpty { (sync.category, sync.ownFields) = (nil, []) }
        destinations.add(sync)
        return destinations
    }

    private func gymID(_ value: ConfigurationValue) -> GymID? {
        guard let text = value.text() else { return nil }
        guard let id = GymID(text) else {
            value.note(.notASlug)
            return nil
        }
        return id
    }
}
