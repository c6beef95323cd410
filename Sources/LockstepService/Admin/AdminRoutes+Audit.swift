import Clocks
import EmbeddedHTTP
import WireFormats

extension AdminRoutes {
    func record(_ what: String, _ target: String, _ result: String, by caller: AdminCaller) async {
        await audit.record(
            AuditEntry(
                at: clock.wall.milliseconds, who: caller.name, what: what, target: target, result: result))
    }

    /// An answer in words for the audit.
    static func result(_ answer: HTTPAnswer) -> String {
        guard case .response(let response) = answer else { return "done" }
        guard response.status >= 400 else { return "done" }
        guard case .object(let members)? = try? JSONReader.read(response.body),
            case .string(let sentence)? = members.first(where: { $0.name == "error" })?.value
        else { return "refused with \(response.status)" }
        return sentence
    }
}

extension HTTPRequest {
    /// Whether a page is asked for rather than what a program reads.
    var wantsPage: Bool { (headers["Accept"] ?? "").lowercased().contains("text/html") }

    /// Whether JSON is asked for at a page's address.
    var wantsJSON: Bool {
        let accepted = (headers["Accept"] ?? "").lowercased()
        return accepted.contains("application/json") && !accepted.contains("text/html")
    }
}
