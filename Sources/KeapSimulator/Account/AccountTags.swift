/// Tags, categories and custom fields, and the contacts that have them.
extension Account {
    mutating func newTag(_ name: String, description: String?, category: Int?, by act: Act) -> Tag {
        lastTag += 1
        let tag = Tag(
            id: lastTag, name: name, description: description, category: category, created: act.now, updated: act.now)
        tags[tag.id] = tag
        return tag
    }

    /// Removes a tag from all contacts, then forgets it.
    mutating func erase(tag id: Int, by act: Act) {
        for contact in wearers(of: id).sorted() { remove(id, from: contact, by: act) }
        tags[id] = nil
        byTag[id] = nil
    }

    mutating func newCategory(_ name: String, description: String?, by act: Act) -> TagCategory {
        lastCategory += 1
        let category = TagCategory(
            id: lastCategory, name: name, description: description, created: act.now, updated: act.now)
        categories[category.id] = category
        return category
    }

    /// The name to search by is Keap's own: the label without blanks, and a number.
    mutating func newField(_ label: String, type: String, options: [String], group: Int) -> CustomField {
        lastField += 1
        let base = label.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        let taken = Set(fields.values.map { $0.name.lowercased() })
        var number = 0
        while taken.contains((base + String(number)).lowercased()) { number += 1 }
        let field = CustomField(
            id: lastField, label: label, type: type, name: base + String(number), options: options, group: group)
        fields[field.id] = field
        return field
    }

    /// Deletes a custom field and its values in all contacts.
    mutating func erase(field id: Int, by act: Act) {
        for contact in contactOrder {
            guard var changed = contacts[contact], changed.customFields[id] != nil else { continue }
            let before = changed.customFields.removeValue(forKey: id).map(Contact.plain)
            change(
                changed, writes: [FieldWrite(name: "custom_fields.\(id)", before: before, after: nil)], by: act)
        }
        fields[id] = nil
    }
}
