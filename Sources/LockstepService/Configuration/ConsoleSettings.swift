import ConfigurationReading
import EmbeddedHTTP

extension ConfigurationReader {
    /// Who may look at the console beside who may write, and by which names.
    func readConsole(_ root: ConfigurationSection<Key>, into configuration: inout Configuration) {
        if let place = root[.readToken], let token = secrets.secret(place) {
            if root[.adminToken] == nil {
                place.note(.notUsable(reason: "it takes an adminToken beside it; without one, all may write"))
            } else if token == configuration.adminToken {
                place.note(.sameAs(path: "adminToken"))
            }
            configuration.readToken = token
        }
        guard let place = root[.adminNames], let names = place.texts() else { return }
        for name in names where !Self.isName(name) {
            place.note(
                .notUsable(
                    reason:
                        "\"\(name)\" is no host name; write it as a browser's address bar shows it, without https://"))
        }
        configuration.adminNames = names
    }

    /// With or without a port.
    private static func isName(_ text: String) -> Bool {
        guard let address = (try? ListenAddress(text)) ?? (try? ListenAddress(text + ":0")) else { return false }
        return !address.host.isEmpty && !text.contains("*")
    }
}

extension AdminDoor {
    init(_ configuration: Configuration) {
        self.init(
            adminToken: configuration.adminToken, readToken: configuration.readToken,
            names: AdminNames(admin: configuration.admin, others: configuration.adminNames))
    }
}
