/// A piece of a page. Every text and every value is escaped when it is written; there is no way in for markup.
indirect enum HTML: Equatable, Sendable {
    case text(String)
    case element(HTMLElement, [HTMLAttribute], [HTML])
    case group([HTML])

    static var nothing: HTML { .group([]) }

    /// An element with what the builder makes inside.
    static func tag(
        _ element: HTMLElement, _ attributes: HTMLAttribute?..., @HTMLBuilder content: () -> HTML = { .nothing }
    ) -> HTML {
        .element(element, attributes.compactMap(\.self), [content()])
    }

    /// An element around a text.
    static func tag(_ element: HTMLElement, _ attributes: HTMLAttribute?..., text: String) -> HTML {
        .element(element, attributes.compactMap(\.self), [.text(text)])
    }

    /// The markup.
    var markup: String {
        var output = ""
        write(to: &output)
        return output
    }

    /// The text alone, as a reader sees it: for tests and titles.
    var plainText: String {
        switch self {
        case .text(let text): text
        case .element(_, _, let content): content.map(\.plainText).joined()
        case .group(let all): all.map(\.plainText).joined()
        }
    }

    func write(to output: inout String) {
        switch self {
        case .text(let text): HTMLEscaping.write(text, to: &output)
        case .group(let all): for one in all { one.write(to: &output) }
        case .element(let element, let attributes, let content):
            output += "<"
            output += element.rawValue
            for attribute in attributes { attribute.write(to: &output) }
            output += ">"
            guard !element.isVoid else { return }
            for one in content { one.write(to: &output) }
            output += "</"
            output += element.rawValue
            output += ">"
        }
    }
}

extension HTML: ExpressibleByStringInterpolation {
    init(stringLiteral value: String) { self = .text(value) }
}
