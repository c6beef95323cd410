/// The elements that pages are made of. None of them runs code or loads from elsewhere but `script` and `link`, whose
/// addresses `HTMLAttribute` takes from the program's own assets alone.
enum HTMLElement: String, Sendable {
    case html, head, title, meta, link, script, body
    case header, nav, main, footer, section, aside, div, span, p, h1, h2, h3, strong, small, code, pre, bdi, em
    case a, form, input, button, label, select, option
    case ul, ol, li, dl, dt, dd
    case table, caption, thead, tbody, tr, th, td
    case details, summary, time, meter, svg, path

    var isVoid: Bool {
        switch self {
        case .meta, .link, .input: true
        default: false
        }
    }
}
