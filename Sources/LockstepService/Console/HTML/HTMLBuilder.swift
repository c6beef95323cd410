/// Puts pieces one after the other, with Swift's `if` and `for` between them.
@resultBuilder enum HTMLBuilder {
    static func buildExpression(_ piece: HTML) -> HTML { piece }
    static func buildExpression(_ piece: HTML?) -> HTML { piece ?? .nothing }
    static func buildExpression(_ text: String) -> HTML { .text(text) }
    static func buildBlock(_ pieces: HTML...) -> HTML { pieces.count == 1 ? pieces[0] : .group(pieces) }
    static func buildOptional(_ piece: HTML?) -> HTML { piece ?? .nothing }
    static func buildEither(first piece: HTML) -> HTML { piece }
    static func buildEither(second piece: HTML) -> HTML { piece }
    static func buildArray(_ pieces: [HTML]) -> HTML { .group(pieces) }
}
