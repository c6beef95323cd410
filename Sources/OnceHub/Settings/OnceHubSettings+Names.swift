package import ContactSync
import Keap

extension OnceHubSettings {
    /// For the gym's planner: which custom fields are spoken of, and what may be made.
    package var wishes: FieldRequestSettings {
        var wishes = FieldRequestSettings()
        wishes.leadSourceCategory = classification.category
        for mapping in mapping {
            guard case .wish(.custom(let label)) = mapping.to else { continue }
            wishes.labels.append(label)
            if let type = mapping.makes { wishes.makes(label, type) }
        }
        return wishes
    }

    /// A name for something that a booking refers to: as OnceHub says, or as the settings do.
    func name(of reference: Reference?) -> String {
        guard let reference else { return "" }
        return names[reference.id] ?? reference.name
    }
}
