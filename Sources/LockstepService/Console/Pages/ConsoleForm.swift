/// Buttons that change something: each is a form that posts, and needs no script.
struct ConsoleForm: Sendable {
    var action: ConsoleAction
    /// The button's word.
    var label: String
    /// Where the browser goes afterwards: a path of the console's.
    var back: String
    /// What the button is about, by the id of an element that says so.
    var about: String?
    /// Besides, by their names.
    var fields: [(String, String)] = []
    var isGrave = false

    var html: HTML {
        .tag(.form, .post, .action(action.link), .class("act")) {
            HTML.tag(.input, .type(.hidden), .name("back"), .value(back))
            for (name, value) in fields { HTML.tag(.input, .type(.hidden), .name(name), .value(value)) }
            HTML.tag(
                .button, isGrave ? .class("grave") : nil, about.map(HTMLAttribute.ariaDescribedBy), text: label)
        }
    }
}
