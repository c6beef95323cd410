package import Keap

/// A program as the gym's directory knows it, with the tags that its renaming or its end will touch.
package struct ProgramView: Equatable, Sendable {
    package struct Tag: Equatable, Sendable {
        package var id: TagID
        package var name: String
    }

    package var id: String?
    package var name: String
    package var tags: [Tag]
}

extension TagDirectory {
    /// Whether Keap's tags were ever read. Before that, a program that is not known may still have tags.
    package var hasReadTags: Bool { tagsListedFor != nil }

    /// Programs that have tags and were not deleted, by name.
    package var programViews: [ProgramView] {
        programs.filter { $0.deletedBy == nil }.map(view).filter { !$0.tags.isEmpty }.sorted { $0.name < $1.name }
    }

    /// The program that a change accepted now would mean; nil if none of that id or name has tags.
    package func view(ofProgram id: String?, name: String?) -> ProgramView? {
        guard let index = programs.index(id: id, name: name, at: .max) else { return nil }
        let view = view(of: programs[index])
        return view.tags.isEmpty ? nil : view
    }

    private func view(of program: Program) -> ProgramView {
        ProgramView(
            id: program.sourceID, name: program.name,
            tags: tags(of: program.key).map { ProgramView.Tag(id: $0.id, name: $0.record.name) })
    }
}

extension TagService {
    /// Counts the contacts that have one of the tags in Keap. Each page is a call; after `mostCalls` the count is a part.
    package func countWearers(
        of tags: [TagID], mostCalls: Int = 10
    ) async throws(KeapFailure) -> (count: Int, isWhole: Bool) {
        var found: Set<ContactID> = []
        var calls = 0
        for tag in tags {
            var page: String?
            repeat {
                guard calls < mostCalls else { return (found.count, false) }
                calls += 1
                do throws(KeapFailure) {
                    let answer = try await self.calls.wearers(of: tag, page: page)
                    found.formUnion(answer.items)
                    page = answer.next
                } catch {
                    // A tag that Keap does not know any more is worn by no contact.
                    guard case .gone = error else { throw error }
                    page = nil
                }
            } while page != nil
        }
        return (found.count, true)
    }
}
