/// What the state must know of an accepted job: not its payload, and of its keys the prints.
struct AcceptedEntry {
    var id: JobID
    var tenant: TenantID
    var lane: LaneID?
    var keys: [FingerprintedKey]
    var kind: UInt8
    var isSnapshot: Bool
    var urgency: JobUrgency
    var acceptedAt: Int64
    var unroutable: String?
    var size: UInt32
    var idempotencyKey: KeyFingerprint?

    init(_ record: AcceptedRecord, _ fingerprinter: KeyFingerprinter) {
        id = record.id
        tenant = record.tenant
        lane = record.lane
        keys = record.keys.map { fingerprinter.print($0, of: record.tenant) }
        kind = record.kind
        isSnapshot = record.isSnapshot
        urgency = record.urgency
        acceptedAt = record.acceptedAt
        unroutable = record.unroutable
        size = UInt32(clamping: record.payload.count)
        idempotencyKey = record.idempotencyKey.map { fingerprinter.print(idempotencyKey: $0, of: record.tenant) }
    }
}
