import Clocks
import Foundation

/// Decides what one event stream sends, and when it looks again. Keeps no clock and reads nothing itself.
struct LiveFrames: Sendable {
    /// At most two frames a second may be sent; a look costs as much as the page.
    static let interval = Duration.seconds(1)
    /// Without a word for longer, proxies and browsers take a stream for dead.
    static let silence = Duration.seconds(15)

    /// What the browser shows, as far as is known; by digest alone before the first frame.
    private var shown: [LiveRegion]?
    private var digest: String
    private var lastSent: Instant

    /// - Parameter seen: the digest of what the browser shows, from its page or from the last frame it had.
    init(seen: String, at now: Instant) {
        digest = seen
        lastSent = now
    }

    /// The first bytes: how long a browser waits before it comes back.
    static let beginning = Array("retry: 2000\n\n".utf8)

    /// What is sent at a look; nil: nothing.
    mutating func look(_ regions: [LiveRegion], at now: Instant) -> [UInt8]? {
        let next = regions.digest
        guard next != digest else {
            shown = regions
            guard lastSent.duration(to: now) >= Self.silence else { return nil }
            lastSent = now
            return Array(":\n\n".utf8)
        }
        let known = shown.map { Dictionary($0.map { ($0.id, $0.html) }) { $1 } } ?? [:]
        let changed = regions.filter { known[$0.id] != $0.html }
        (shown, digest, lastSent) = (regions, next, now)
        return Self.event(next, changed)
    }

    private static func event(_ id: String, _ regions: [LiveRegion]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts always encode, and JSON escapes line breaks, so an event is one line of data.
        let data = (try? encoder.encode(regions)).map(Array.init) ?? []
        return Array("id: \(id)\ndata: ".utf8) + data + Array("\n\n".utf8)
    }
}
