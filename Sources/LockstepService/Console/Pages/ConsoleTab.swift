/// The pages that the console's navigation leads to.
enum ConsoleTab: String, CaseIterable, Sendable {
    case now = "Now"
    case gyms = "Gyms"
    case audit = "Audit"

    var link: ConsoleLink {
        switch self {
        case .now: ConsoleLink([])
        case .gyms: ConsoleLink(["gyms"])
        case .audit: ConsoleLink(["audit"])
        }
    }
}
