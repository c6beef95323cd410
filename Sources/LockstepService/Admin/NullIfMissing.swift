/// Encodes a missing value as null, so that every key is always there: a reader should not have to guess.
@propertyWrapper struct NullIfMissing<Value: Encodable & Sendable>: Encodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        try single.encode(wrappedValue)
    }
}
