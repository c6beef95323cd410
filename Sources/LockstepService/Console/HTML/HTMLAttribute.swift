/// An attribute. Handlers (`on…`) and `style` cannot be written, and addresses come from `ConsoleLink` alone.
struct HTMLAttribute: Equatable, Sendable {
    private let name: StaticName
    private let value: String?

    /// Names are part of the program: a literal without blanks, quotes or brackets.
    private enum StaticName: String, Sendable {
        case id, `class`, lang, charset, name, content, value, type, placeholder, title, scope, role, datetime, href,
            src
        case rel, action, method, autocomplete, required, autofocus, selected, hidden, open, tabindex, `for`, min, max
        case viewBox, d, minlength, maxlength, low, high, optimum, checked, defer_ = "defer", spellcheck
        case ariaLabel = "aria-label"
        case ariaHidden = "aria-hidden"
        case ariaCurrent = "aria-current"
        case ariaLive = "aria-live"
        case ariaLabelledBy = "aria-labelledby"
        case ariaDescribedBy = "aria-describedby"
        case dataLive = "data-live"
        case dataKey = "data-key"
        case dataLabel = "data-label"
        case dataView = "data-view"
        case dataSeen = "data-seen"
    }

    private init(_ name: StaticName, _ value: String?) { (self.name, self.value) = (name, value) }

    static func id(_ value: String) -> Self { Self(.id, value) }
    static func `class`(_ value: String) -> Self { Self(.class, value) }
    static func lang(_ value: String) -> Self { Self(.lang, value) }
    static func charset(_ value: String) -> Self { Self(.charset, value) }
    static func name(_ value: String) -> Self { Self(.name, value) }
    static func content(_ value: String) -> Self { Self(.content, value) }
    static func value(_ value: String) -> Self { Self(.value, value) }
    static func type(_ value: InputType) -> Self { Self(.type, value.rawValue) }
    static func placeholder(_ value: String) -> Self { Self(.placeholder, value) }
    static func title(_ value: String) -> Self { Self(.title, value) }
    static func scope(_ value: Scope) -> Self { Self(.scope, value.rawValue) }
    static func role(_ value: String) -> Self { Self(.role, value) }
    static func datetime(_ value: String) -> Self { Self(.datetime, value) }
    static func rel(_ value: String) -> Self { Self(.rel, value) }
    static func autocomplete(_ value: String) -> Self { Self(.autocomplete, value) }
    static func min(_ value: Int) -> Self { Self(.min, String(value)) }
    static func max(_ value: Int) -> Self { Self(.max, String(value)) }
    static func `for`(_ value: String) -> Self { Self(.for, value) }
    static func viewBox(_ value: String) -> Self { Self(.viewBox, value) }
    static func d(_ value: String) -> Self { Self(.d, value) }
    static func tabindex(_ value: Int) -> Self { Self(.tabindex, String(value)) }
    static func ariaLabel(_ value: String) -> Self { Self(.ariaLabel, value) }
    static func ariaLabelledBy(_ value: String) -> Self { Self(.ariaLabelledBy, value) }
    static func ariaDescribedBy(_ value: String) -> Self { Self(.ariaDescribedBy, value) }
    static func ariaCurrent(_ value: String) -> Self { Self(.ariaCurrent, value) }
    static func ariaLive(_ value: String) -> Self { Self(.ariaLive, value) }
    static func dataKey(_ value: String) -> Self { Self(.dataKey, value) }
    static func dataLabel(_ value: String) -> Self { Self(.dataLabel, value) }
    static func dataView(_ value: String) -> Self { Self(.dataView, value) }
    static func dataSeen(_ value: String) -> Self { Self(.dataSeen, value) }

    static var ariaHidden: Self { Self(.ariaHidden, "true") }
    static var dataLive: Self { Self(.dataLive, nil) }
    static var required: Self { Self(.required, nil) }
    static var autofocus: Self { Self(.autofocus, nil) }
    static var selected: Self { Self(.selected, nil) }
    static var hidden: Self { Self(.hidden, nil) }
    static var open: Self { Self(.open, nil) }
    static var deferred: Self { Self(.defer_, nil) }
    static var unchecked: Self { Self(.spellcheck, "false") }
    static var post: Self { Self(.method, "post") }
    static var get: Self { Self(.method, "get") }

    static func href(_ link: ConsoleLink) -> Self { Self(.href, link.text) }
    static func action(_ link: ConsoleLink) -> Self { Self(.action, link.text) }
    static func src(_ asset: ConsoleLink) -> Self { Self(.src, asset.text) }

    enum InputType: String, Sendable { case text, search, password, hidden, submit, datetime = "datetime-local" }
    enum Scope: String, Sendable { case col, row }

    func write(to output: inout String) {
        output += " "
        output += name.rawValue
        guard let value else { return }
        output += "=\""
        HTMLEscaping.write(value, to: &output)
        output += "\""
    }
}
