import Keap
import DurableQueue
import WireFormats

/// Tells keys apart by a keyed fingerprint, so that what is kept under a key's identity does not show the key.
struct SecretFingerprinter: Sendable {
    private static let note = "key-fingerprint-secret"
    private static let length = 32

    private let secret: [UInt8]

    /// With the secret that the queue keeps. Nil if a new one cannot be kept: no later start would find its fingerprints.
    init?(keptIn queue: JobQueue) async {
        if let known = await queue.metadata(Self.note), known.count == Self.length {
            secret = known
            return
        }
        secret = (0..<Self.length).map { _ in UInt8.random(in: .min ... .max) }
        guard (try? await queue.setMetadata(Self.note, secret, durable: true)) != nil else { return nil }
    }

    func fingerprint(of site: KeapSite) -> String {
        site.fingerprint { HMAC.sha256(key: secret, $0) }
    }
}
