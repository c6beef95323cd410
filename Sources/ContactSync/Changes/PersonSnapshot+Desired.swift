extension PersonSnapshot: ContactChange {
    package func wanted(after mirror: Mirror) -> DesiredContact {
        var wanted = DesiredContact(sourceID: sourceID.isEmpty ? nil : sourceID, values: values)
        wanted.notes = notes
        wanted.isOfRecord = true
        if let status {
            let word = status.text
            wanted.tags.append(TagRequest(.status, worn: word.isEmpty ? [] : [.status(word)]))
        }
        if let programs {
            let tags = programs.map { WantedTag.program(id: $0.id, name: $0.name, status: $0.status) }
            var wish = TagRequest(.program, worn: tags, isWhole: !lacksPrograms)
            wish.replacesInPrograms = lacksPrograms
            wanted.tags.append(wish)
        }
        return wanted
    }

    package var subject: String {
        PersonName(values).described(as: sourceID.isEmpty ? nil : "Zen Planner ID \(sourceID)")
    }
    package var records: [String] { [] }
    package var nameMatch: NameMatch { .parts }
}
