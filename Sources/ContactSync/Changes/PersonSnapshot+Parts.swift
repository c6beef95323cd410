extension PersonSnapshot {
    var parts: Set<String> {
        var parts = Set(values.keys.map(\.rawValue))
        if status != nil { parts.insert(CarriedParts.status) }
        if programs != nil { parts.insert(CarriedParts.programs) }
        return parts
    }

    /// Asks for nothing.
    package var withoutParts: PersonSnapshot { PersonSnapshot(sourceID: sourceID) }

    /// The part of a snapshot that a newer, delivered one did not carry. Nil: none.
    ///
    /// - Parameter state: the lane's mirror.
    package func leftOver(after state: [UInt8], job: UInt64) -> PersonSnapshot? {
        guard let mirror = try? Mirror(bytes: state), mirror.contact != nil, let carried = mirror.carried else {
            return nil
        }
        let parts = carried.leftOver(of: parts, for: job)
        guard !parts.isEmpty else { return nil }
        var rest = self
        rest.values = values.filter { parts.contains($0.key.rawValue) }
        if !parts.contains(CarriedParts.status) { rest.status = nil }
        if !parts.contains(CarriedParts.programs) { rest.programs = nil }
        // Its own notes are about values that newer ones may have mended; what is listed of those stays.
        rest.notes = mirror.attention
        return rest
    }
}
