/// Where secrets that are not written in the configuration come from.
package struct SecretSource {
    package var environment: [String: String]
    package var readFile: (_ path: String) throws(FileProblem) -> [UInt8]
    /// False: each secret is its place in the configuration, and no variable or file is looked at.
    package var isReading = true

    package init(
        environment: [String: String], isReading: Bool = true,
        readFile: @escaping (_ path: String) throws(FileProblem) -> [UInt8]
    ) {
        (self.environment, self.isReading, self.readFile) = (environment, isReading, readFile)
    }

    private enum Key: String, CaseIterable { case env, file }

    /// Nil, with a note, unless there is a usable secret.
    package func secret(_ value: ConfigurationValue) -> Secret? { secret(value, allowsSpaces: false) }

    /// - Parameter allowsSpaces: as in a header's value that begins with a scheme.
    package func secret(_ value: ConfigurationValue, allowsSpaces: Bool) -> Secret? {
        guard isReading else { return Secret(value.path) }
        guard let text = text(value) else { return nil }
        // A line break in a header would end it; most editors leave one at a file's end, which is cut off already.
        let isUsable = text.unicodeScalars.allSatisfy { scalar in
            (allowsSpaces && scalar == " ")
                || (!scalar.properties.isWhitespace && scalar.value >= 0x20 && scalar.value != 0x7F)
        }
        guard isUsable else {
            value.note(.secretUnusable)
            return nil
        }
        let secret = Secret(text)
        value.notes.add(secret)
        return secret
    }

    private func text(_ value: ConfigurationValue) -> String? {
        if case .text = value.node.content { return value.filledText() }
        guard let (key, name) = reference(value), let given = name.filledText() else { return nil }
        switch key {
        case .env: return variable(given, for: value)
        case .file: return file(given, for: value)
        }
    }

    private func reference(_ value: ConfigurationValue) -> (Key, ConfigurationValue)? {
        guard case .object(let members) = value.node.content else {
            value.note(.secretForm)
            return nil
        }
        guard let section = value.section(Key.self) else { return nil }
        let given = Key.allCases.compactMap { key in section[key].map { (key, $0) } }
        guard given.count == 1 else {
            // An unknown key alone has its own note.
            if members.count != 1 || !given.isEmpty { value.note(.secretForm) }
            return nil
        }
        return given[0]
    }

    private func variable(_ name: String, for value: ConfigurationValue) -> String? {
        guard let text = environment[name] else {
            value.note(.environmentMissing(variable: name))
            return nil
        }
        let trimmed = text.trimmingBlanks
        if trimmed.isEmpty { value.note(.environmentEmpty(variable: name)) }
        return trimmed.isEmpty ? nil : trimmed
    }

    private func file(_ path: String, for value: ConfigurationValue) -> String? {
        let bytes: [UInt8]
        do {
            bytes = try readFile(path)
        } catch {
            value.note(.secretFile(path: path, reason: error.reason))
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            value.note(.secretFile(path: path, reason: "is not UTF-8 text"))
            return nil
        }
        let trimmed = text.trimmingBlanks
        if trimmed.isEmpty { value.note(.secretFile(path: path, reason: "is empty")) }
        return trimmed.isEmpty ? nil : trimmed
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
