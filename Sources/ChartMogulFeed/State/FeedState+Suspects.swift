package import Keap

extension FeedState {
    /// Has things looked at in ChartMogul again, whatever was sent before. None is made twice: each is looked for first.
    ///
    /// - Parameter keys: as intents have them. One that means nothing changes nothing.
    mutating func suspect(_ keys: Set<String>) {
        for key in keys.sorted().prefix(Self.mostSuspects) {
            refused?[key] = nil
            let id = String(key.dropFirst(2))
            switch key.prefix(2) {
            case "c:":
                if customers[id] == nil { intents.insert(key) } else { customers[id]?.digest = 0 }
            case "m:":
                customers[id]?.uuid = ""
                intents.insert(key)
            case "i:":
                if invoices[id] == nil { intents.insert(key) } else { invoices[id]?.digest = 0 }
            case "e:":
                events[id] = nil
                intents.insert(key)
            default: break
            }
        }
    }

    /// The key of an order's invoice.
    package static func suspect(_ order: OrderID) -> String { FeedStep.key(order) }

    /// A lane's state has a bound.
    static let mostSuspects = 400
}
