/// A key in sixteen bytes, by which lanes know it, however long the key is.
///
/// Two keys with one fingerprint would make two customers one. Keys come from strangers, so the hash has a key of its own, which is
/// drawn at random, lies in the log beside the prints and is never shown: without it two such keys cannot be searched for.
/// By accident, among a hundred million keys, the chance is below 1 in 10²².
struct KeyFingerprint: Hashable, Sendable {
    var low: UInt64
    var high: UInt64
}

/// A key as the lane table knows it.
struct FingerprintedKey: Hashable, Sendable {
    var print: KeyFingerprint
    var kind: UInt8
    var isExclusive: Bool
}

/// Makes fingerprints, all with one secret.
struct KeyFingerprinter: Hashable, Sendable {
    let secret: SipHash.Key

    func print(_ key: LaneKey, of tenant: TenantID) -> FingerprintedKey {
        var (value, name) = (key.value, tenant.rawValue)
        return value.withUTF8 { value in
            name.withUTF8 { name in
                print(
                    kind: key.kind, isExclusive: key.isExclusive, value: UnsafeRawBufferPointer(value),
                    of: UnsafeRawBufferPointer(name))
            }
        }
    }

    func print(idempotencyKey: String, of tenant: TenantID) -> KeyFingerprint {
        print(LaneKey(kind: 0, value: idempotencyKey, isExclusive: false), of: tenant).print
    }

    /// The tenant's length is hashed too, so that no name with a value reads like another with another.
    func print(
        kind: UInt8, isExclusive: Bool, value: UnsafeRawBufferPointer, of tenant: UnsafeRawBufferPointer
    ) -> FingerprintedKey {
        var hash = SipHash(secret)
        withUnsafeBytes(of: (UInt32(tenant.count) << 8 | UInt32(kind)).littleEndian) { hash.take($0) }
        hash.take(tenant)
        hash.take(value)
        let (low, high) = hash.value()
        return FingerprintedKey(print: KeyFingerprint(low: low, high: high), kind: kind, isExclusive: isExclusive)
    }
}
