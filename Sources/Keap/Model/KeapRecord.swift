/// Things of Keap's that are little more than a name, which contacts refer to.
package enum RecordKind: String, CaseIterable, Codable, Sendable {
    case leadSourceCategory, leadSource, company

    /// In sentences.
    package var word: String {
        switch self {
        case .leadSourceCategory: "lead source category"
        case .leadSource: "lead source"
        case .company: "company"
        }
    }
}

package struct KeapRecord: Hashable, Sendable, Codable {
    package var id: RecordID
    package var name: String

    package init(id: RecordID, name: String) {
        self.id = id
        self.name = name
    }
}

package typealias RecordID = KeapID<KeapRecord>

/// A contact's company as Keap tells it.
package struct ContactCompany: Hashable, Sendable {
    package var id: RecordID?
    package var name: String?

    package init(id: RecordID?, name: String?) {
        self.id = id
        self.name = name
    }

    package var isNone: Bool { (id?.text ?? "").isEmpty && (name ?? "").isEmpty }
}
