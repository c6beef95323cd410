import Foundation
import Keap
import WireFormats

/// Tells a thing as it was read from the same thing after a change, also across restarts.
enum Fingerprint {
    static func of(_ thing: some Encodable) -> UInt64 {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and numbers always encode.
        let bytes = (try? encoder.encode(thing)).map { Array($0) } ?? []
        return SHA256.digest(bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
