import WireFormats

/// One page: parts that stay as they are, and regions that the event stream keeps up to date.
struct ConsolePage: Equatable, Sendable {
    struct Part: Equatable, Sendable {
        /// Nil: it stays as it was.
        var region: String?
        var content: HTML
        /// The one sentence that a screen reader is told of when it changes.
        var isHeadline = false
    }

    var title: String
    var tab: ConsoleTab?
    var parts: [Part] = []
    var status = 200

    mutating func add(@HTMLBuilder _ content: () -> HTML) { parts.append(Part(content: content())) }

    mutating func addLive(_ id: String, isHeadline: Bool = false, @HTMLBuilder _ content: () -> HTML) {
        parts.append(Part(region: id, content: content(), isHeadline: isHeadline))
    }

    /// The regions' markup, by their ids.
    var regions: [LiveRegion] {
        parts.compactMap { part in part.region.map { LiveRegion(id: $0, html: part.content.markup) } }
    }
}

/// What a region shows.
struct LiveRegion: Equatable, Sendable, Encodable {
    var id: String
    var html: String
}

extension [LiveRegion] {
    /// Names what all of them show, so that a browser can say what it has.
    var digest: String {
        var bytes: [UInt8] = []
        for region in self {
            bytes += region.id.utf8
            bytes.append(0)
            bytes += region.html.utf8
            bytes.append(0)
        }
        return String(SHA256.digest(bytes).hexadecimal.prefix(16))
    }
}
