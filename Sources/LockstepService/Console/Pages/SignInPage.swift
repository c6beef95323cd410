extension ConsolePage {
    /// One field in a form.
    ///
    /// - Parameters:
    ///   - back: where the browser goes once it is signed in.
    ///   - failure: why the last try was refused.
    static func signIn(back: String, failure: String? = nil, status: Int) -> ConsolePage {
        var page = ConsolePage(title: "Sign in", status: status)
        page.add {
            HTML.tag(.section, .class("sign-in")) {
                ConsoleMark.brand
                HTML.tag(.h1, text: "Lockstep")
                HTML.tag(.form, .post, .action(ConsoleLink(["sign-in"]))) {
                    HTML.tag(.input, .type(.hidden), .name("back"), .value(back))
                    HTML.tag(.label, .for("token"), text: "Token")
                    HTML.tag(
                        .input, .type(.password), .id("token"), .name("token"), .autocomplete("current-password"),
                        .required, .autofocus, failure == nil ? nil : .ariaDescribedBy("failure"))
                    if let failure {
                        HTML.tag(.p, .id("failure"), .class("failure"), .role("alert"), text: failure)
                    }
                    HTML.tag(.button, .class("main-act"), text: "Sign in")
                }
                HTML.tag(.p, .class("hint")) {
                    "The "
                    HTML.tag(.code, text: "adminToken")
                    " of the configuration may change things, its "
                    HTML.tag(.code, text: "readToken")
                    " may only look."
                }
            }
        }
        return page
    }
}
