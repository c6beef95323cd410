package struct ConfigurationProblem: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// The file itself; nothing of it was read.
        case unreadable(reason: String)
        case malformed(what: String)
        case unknownKey(nearest: String?)
        case missing
        case wrongType(expected: String, found: String)
        case notOneOf(choices: [String], nearest: String?)
        case outOfRange(String)
        case empty
        /// The text does not follow its own rules, which the reason names.
        case notUsable(reason: String)
        case notASlug
        case sameAs(path: String)
        case notSupportedYet(instead: String)
        /// `admin` can be reached from other machines, but asks for no token.
        case adminUnprotected
        case secretForm
        case environmentMissing(variable: String)
        case environmentEmpty(variable: String)
        case secretFile(path: String, reason: String)
        /// A secret with blanks or control characters cannot go into a header or a path.
        case secretUnusable
    }

    /// The key's path, such as `gyms[0].keap.key`; empty for the file as a whole.
    package var path: String
    package var kind: Kind
    package var place: TextLocation?

    package init(_ path: String, _ kind: Kind, at place: TextLocation? = nil) {
        self.path = path
        self.kind = kind
        self.place = place
    }

    package var description: String {
        let subject = path.isEmpty ? "the configuration" : path
        return switch kind {
        case .unreadable(let reason): "the file cannot be read: \(reason)"
        case .malformed(let what): what
        case .unknownKey(let nearest):
            "\(subject) is not a known key" + (nearest.map { "; the nearest known one is \"\($0)\"" } ?? "")
        case .missing: "\(subject) is missing"
        case .wrongType(let expected, let found): "\(subject) must be \(expected), not \(found)"
        case .notOneOf(let choices, let nearest):
            "\(subject) must be one of \(choices.map { "\"\($0)\"" }.joined(separator: ", "))"
                + (nearest.map { "; the nearest is \"\($0)\"" } ?? "")
        case .outOfRange(let range): "\(subject) must be \(range)"
        case .empty: "\(subject) must not be empty"
        case .notUsable(let reason): "\(subject): \(reason)"
        case .notASlug:
            "\(subject) must be a short name of lower-case letters, digits, \"-\", \"_\" and \".\", "
                + "beginning with a letter or a digit, of at most \(GymID.longest) characters"
        case .sameAs(let other): "\(subject) is the same as \(other)"
        case .notSupportedYet(let instead): "\(subject) is not yet supported; \(instead)"
        case .adminUnprotected:
            "\(subject) can be reached from other machines: set adminToken, or listen on 127.0.0.1"
        case .secretForm: "\(subject) must be a text, {\"env\": \"NAME\"} or {\"file\": \"PATH\"}"
        case .environmentMissing(let variable): "\(subject): the environment variable \(variable) is not set"
        case .environmentEmpty(let variable): "\(subject): the environment variable \(variable) is empty"
        case .secretFile(let file, let reason): "\(subject): the file \(file) \(reason)"
        case .secretUnusable: "\(subject) holds blanks or control characters, which no key or token does"
        }
    }
}
