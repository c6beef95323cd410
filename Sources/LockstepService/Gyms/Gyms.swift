import ConfigurationReading

/// The gyms of a service, by their ids.
struct Gyms: Sendable {
    private var byID: [String: Gym] = [:]

    init(_ gyms: [Gym] = []) { byID = Dictionary(gyms.map { ($0.id.description, $0) }) { $1 } }

    subscript(id: String) -> Gym? { byID[id] }
    var ids: Set<GymID> { Set(byID.values.map(\.id)) }
    var all: [Gym] { byID.values.sorted { $0.id.description < $1.id.description } }
}
