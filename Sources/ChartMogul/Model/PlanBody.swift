/// A plan: what is subscribed to, and how often it is billed.
package struct PlanBody: Codable, Hashable, Sendable {
    package enum Unit: String, Codable, Hashable, Sendable, CaseIterable { case day, month, year }

    package var externalID: String
    package var name: String
    package var count: Int64
    package var unit: Unit

    package init(externalID: String, name: String, count: Int64, unit: Unit) {
        (self.externalID, self.name, self.count, self.unit) = (externalID, name, count, unit)
    }
}
