/// An idempotency key that is remembered, and the job that was accepted under it.
struct AcceptedKey: Equatable, Sendable {
    var print: KeyFingerprint
    var job: UInt64
    var tenant: UInt32
}
