@testable import ContactSync
import Keap

extension TagDirectory {
    /// As after the first connect to an account without tags.
    mutating func connectForTest(_ settings: SyncSettings = SyncSettings()) {
        if let name = settings.category {
            category = .init(id: CategoryID("100"), name: name)
        }
        tagsListedFor = settings.tagNaming
        for (index, field) in OwnCustomField.allCases.enumerated() {
            customFields[field] = CustomFieldModel(
                id: CustomFieldID(String(101 + index)), label: settings.customFields[field],
                fieldName: "_\(field.rawValue)", fieldType: "TEXT")
        }
    }
}
