import ContactSync
import Keap
import OnceHub

extension ConfigurationReader {
    private enum GymKey: String, CaseIterable {
        case id, name, keap, zenPlanner, onceHub, sync, afterDead
    }

    func gym(_ value: ConfigurationValue, _ sharing: inout KeapSharing) -> GymConfiguration? {
        guard let section = value.section(GymKey.self) else { return nil }
        let id = section.required(.id).flatMap(gymID)
        let name = section[.name]?.filledText()
        let keap = section.required(.keap).flatMap { self.keap($0, &sharing) }
        let zenPlanner = section[.zenPlanner].flatMap(self.zenPlanner)
        let onceHub = section[.onceHub].flatMap(self.onceHub)
        var sync = section[.sync].map(self.sync) ?? SyncSettings()
        if let onceHub {
            sync.named = onceHub.settings.named
            sync.wishes = onceHub.settings.wishes
        }
        let afterDead = section[.afterDead]?.choice(AfterDead.self) ?? .continue
        if section[.zenPlanner] == nil {
            // Nothing of Zen Planner's is to be made in the account of a gym that does not use it.
            if onceHub != nil { (sync.category, sync.ownFields) = (nil, []) }
            if section[.onceHub] == nil {
                notes.remark(value.path, "without zenPlanner or onceHub, nothing tells this gym's changes.")
            }
        }
        if let onceHub, let place = section[.onceHub] { checkMapping(onceHub.settings, sync, place) }
        guard let id, let keap else { return nil }
        return GymConfiguration(
            id: id, name: name ?? id.description, keap: keap, zenPlanner: zenPlanner, onceHub: onceHub,
            sync: sync, afterDead: afterDead,
            digest: keap.site.fingerprint { SHA256.digest(Array(value.node.canonical.utf8) + $0) })
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
