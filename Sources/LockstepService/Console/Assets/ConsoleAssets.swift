import EmbeddedHTTP
import WireFormats

/// The files that pages need beside themselves. Each is named by its content, so that a browser may keep it for ever.
struct ConsoleAssets: Sendable {
    struct Asset: Sendable {
        let name: String
        let type: String
        let bytes: [UInt8]

        init(_ stem: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
            name = "\(stem)-\(SHA256.digest(bytes).hexadecimal.prefix(12)).\(ending)"
            (self.type, self.bytes) = (type, bytes)
        }

        var link: ConsoleLink { ConsoleLink(["assets", name]) }
    }

    let style = Asset("console", "css", "text/css; charset=utf-8", PackageResources.console_css)
    let script = Asset("console", "js", "text/javascript; charset=utf-8", PackageResources.console_js)
    let icon = Asset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)

    /// Hashed once.
    static let all = ConsoleAssets()

    func asset(_ name: String) -> Asset? { [style, script, icon].first { $0.name == name } }
}
