@testable import ContactSync
import Keap

extension TagDirectory {
    /// As after the first connect to an account without tags.
    mutating func connectForTest(_ settings: SyncSettings = SyncSettings()) {
        categories = settings.categories.enumerated().map { index, name in
            .init(id: CategoryID(String(100 - index)), name: name)
        }
        tagsListedFor = settings.tagNaming
        for (index, field) in OwnCustomField.allCases.enumerated() {
            customFields[field] = CustomFieldModel(
                id: CustomFieldID(String(101 + index)), label: settings.customFields[field],
                fieldName: "_\(field.rawValue)", fieldType: "TEXT")
        }
    }
}
