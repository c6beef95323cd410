import ConfigurationReading
import Keap
import EmbeddedHTTP
import History
import OutboundAPI

/// Reads the whole configuration; one extension per section, each in a file of its own.
struct ConfigurationReader {
    let secrets: SecretSource
    let notes: ConfigurationNotes

    enum Key: String, CaseIterable {
        case listen, admin, adminToken, readToken, adminNames, publicURL, data, stopGrace, journal, history, alerts, log
        case keapClients, gyms
    }

    private enum JournalKey: String, CaseIterable { case unsyncedLimit }
    private enum HistoryKey: String, CaseIterable { case days, megabytes }

    static func read(
        _ text: [UInt8], file: String, secrets: SecretSource
    ) throws(ConfigurationError) -> Configuration {
        try read(text, file: file, secrets: secrets) { reader, root in
            var configuration = reader.configuration(root)
            configuration.remarks = reader.notes.remarks
            configuration.secrets = reader.notes.secrets
            return configuration
        }
    }

    /// Reads what a command or the service wants of the file, and throws whatever was noted on the way.
    static func read<Value>(
        _ text: [UInt8], file: String, secrets: SecretSource,
        _ body: (ConfigurationReader, ConfigurationSection<Key>) -> Value
    ) throws(ConfigurationError) -> Value {
        let root: ConfigurationNode
        do {
            root = try ConfigurationText.parse(text)
        } catch {
            let place = TextLocation(of: error.offset, in: text)
            throw ConfigurationError(file: file, problems: [.init("", .malformed(what: error.what), at: place)])
        }
        let notes = ConfigurationNotes(text: text)
        let section = ConfigurationValue(path: "", node: root, notes: notes).section(Key.self)
        let value = section.map { body(ConfigurationReader(secrets: secrets, notes: notes), $0) }
        guard let value, notes.problems.isEmpty else {
            throw ConfigurationError(file: file, problems: notes.problems)
        }
        return value
    }

    func configuration(_ root: ConfigurationSection<Key>) -> Configuration {
        var configuration = Configuration()
        if let listen = root[.listen]?.text(ListenAddress.init) { configuration.listen = listen }
        if let admin = root[.admin]?.text(ListenAddress.init) { configuration.admin = admin }
        configuration.adminToken = root[.adminToken].flatMap(secrets.secret)
        readConsole(root, into: &configuration)
        if root[.adminToken] == nil, !configuration.admin.isLoopback { root[.admin]?.note(.adminUnprotected) }
        if configuration.listen == configuration.admin, configuration.listen.port != 0 {
            (root[.admin] ?? root[.listen])?.note(.sameAs(path: root[.admin] == nil ? "admin" : "listen"))
        }
        if let data = root[.data]?.filledText() { configuration.data = data }
        if let grace = root[.stopGrace]?.seconds(in: 0...600) { configuration.stopGrace = grace }
        if let journal = root[.journal]?.section(JournalKey.self),
            let limit = journal[.unsyncedLimit]?.seconds(in: 0.001...60)
        {
            configuration.unsyncedLimit = limit
        }
        if let history = root[.history]?.section(HistoryKey.self) {
            configuration.history = HistoryLimits(
                days: history[.days]?.whole(in: 0...366) ?? 7,
                megabytes: history[.megabytes]?.whole(in: 0...16_384) ?? 256)
        }
        configuration.publicURL = root[.publicURL].flatMap(publicURL)
        if let log = root[.log] { configuration.log = self.log(log) }
        if let alerts = root[.alerts] { configuration.alerts = self.alerts(alerts) }
        if let clients = root[.keapClients] { configuration.keapClients = keapClients(clients) }
        configuration.gyms = gyms(
            root.required(.gyms), sharing: KeapSharing(clients: configuration.keapClients))
        return configuration
    }

    /// Keap calls by https alone, unless it is a simulator on this machine.
    private func publicURL(_ value: ConfigurationValue) -> String? {
        guard let text = value.filledText() else { return nil }
        do throws(APISite.Problem) {
            return try APISite(text, of: "Lockstep").base
        } catch {
            value.note(
                .notUsable(
                    reason: "\"\(text)\" is no https address under which Keap could reach the intake"))
            return nil
        }
    }

    private func gyms(_ value: ConfigurationValue?, sharing: KeapSharing) -> [GymConfiguration] {
        guard let entries = value?.list() else { return [] }
        if entries.isEmpty { value?.note(.empty) }
        var seen: [GymID: String] = [:]
        var sharing = sharing
        return entries.compactMap { entry in
            guard let gym = gym(entry, &sharing) else { return nil }
            if let other = seen.updateValue(entry.path, forKey: gym.id) {
                entry.note(.notUsable(reason: "the id \"\(gym.id)\" is also that of \(other)"))
            }
            return gym
        }
    }
}
