import ContactSync
import Keap

extension ConfigurationReader {
    private enum GymKey: String, CaseIterable {
        case id, name, keap, zenPlanner, onceHub, sync, afterDead
    }

    private enum OnceHubKey: String, CaseIterable { case secret }

    func gym(_ value: ConfigurationValue, accounts: inout [KeapSite: String]) -> GymConfiguration? {
        guard let section = value.section(GymKey.self) else { return nil }
        let id = section.required(.id).flatMap(gymID)
        let name = section[.name]?.filledText()
        let keap = section.required(.keap).flatMap { self.keap($0, accounts: &accounts) }
        let zenPlanner = section[.zenPlanner].flatMap(self.zenPlanner)
        let sync = section[.sync].map(self.sync) ?? SyncSettings()
        let afterDead = section[.afterDead]?.choice(AfterDead.self) ?? .continue
        if let onceHub = section[.onceHub] { checkOnceHub(onceHub) }
        if section[.zenPlanner] == nil {
            notes.remark(value.path, "without zenPlanner, nothing tells this gym's changes.")
        }
        guard let id, let keap else { return nil }
        return GymConfiguration(
            id: id, name: name ?? id.description, keap: keap, zenPlanner: zenPlanner, sync: sync, afterDead: afterDead)
    }

    private func gymID(_ value: ConfigurationValue) -> GymID? {
        guard let text = value.text() else { return nil }
        guard let id = GymID(text) else {
            value.note(.notASlug)
            return nil
        }
        return id
    }

    /// OnceHub's part may already stand in a file; its secret need not be there yet.
    private func checkOnceHub(_ value: ConfigurationValue) {
        guard let section = value.section(OnceHubKey.self) else { return }
        section[.secret].map(secrets.checkForm)
        notes.remark(value.path, "OnceHub is not yet supported; this section has no effect.")
    }
}
