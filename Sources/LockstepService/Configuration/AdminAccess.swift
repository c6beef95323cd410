package import ConfigurationReading
package import EmbeddedHTTP

/// What a command needs of the configuration to talk to the running service.
package struct AdminAccess: Sendable {
    package var admin: ListenAddress
    package var token: Secret?
}

extension ConfigurationReader {
    static func readAccess(
        _ text: [UInt8], file: String, secrets: SecretSource
    ) throws(ConfigurationError) -> AdminAccess {
        try read(text, file: file, secrets: secrets) { reader, root in
            AdminAccess(
                admin: root[.admin]?.text(ListenAddress.init) ?? Configuration.defaultAdmin,
                token: root[.adminToken].flatMap(reader.secrets.secret))
        }
    }
}
