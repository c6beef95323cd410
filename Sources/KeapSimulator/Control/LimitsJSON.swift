/// `{"perSecond": 10, "perMinute": 240, "perDay": null, …}`: null lifts a limit, what is left out stays.
extension SimulatedLimits {
    private static let names: [(name: String, path: any WritableKeyPath<SimulatedLimits, Int?> & Sendable)] = [
        ("perSecond", \.perSecond), ("perMinute", \.perMinute), ("perDay", \.perDay),
        ("tenantPerMinute", \.tenantPerMinute), ("tenantPerDay", \.tenantPerDay),
    ]

    mutating func change(by json: JSON) throws(Refusal) {
        for (name, path) in SimulatedLimits.names {
            switch json[name] {
            case nil: continue
            case .null: self[keyPath: path] = nil
            case .some(let value):
                guard let number = value.integer, number >= 0 else { throw .bad("\(name) must be a number or null") }
                self[keyPath: path] = number
            }
        }
    }

    var json: JSON {
        .object(
            SimulatedLimits.names.map { name, path in
                JSON.Member(name: name, value: self[keyPath: path].map { .integer($0) } ?? .null)
            })
    }
}

extension Throttle {
    var peaksJSON: JSON { .counts(Dictionary(uniqueKeysWithValues: peaks.map { ($0.key.rawValue, $0.value) })) }
    var overrunsJSON: JSON { .counts(Dictionary(uniqueKeysWithValues: overruns.map { ($0.key.rawValue, $0.value) })) }
}
