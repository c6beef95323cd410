import OutboundAPI

/// The fewest calls that do all waiting tag edits of one direction: each either all tags of one contact or one tag of
/// many contacts. A pure function of the edits; the same edits in the same order give the same plan.
///
/// Every edge is in exactly one call. As long as no tag waits for more contacts than a call may name, the plan is a
/// smallest vertex cover and so the least possible; beyond that it is one that no small change improves.
struct CallCover: Equatable, Sendable {
    let calls: [TagCall]

    /// - Parameter cap: the most contacts that one tag call may name.
    init(_ graph: EditGraph, cap: Int = APIRequest.largestTagBatch) {
        precondition(cap > 0, "a call names at least one contact")
        var best = CoverRefinement(graph, isOwn: Self.cover(graph, cap), cap: cap)
        if graph.contactsOf.contains(where: { $0.count > cap }) {
            best.improve()
            for isOwn in [false, true] {
                var other = CoverRefinement(graph, isOwn: graph.contacts.map { _ in isOwn }, cap: cap)
                other.improve()
                if other.cost < best.cost { best = other }
            }
        }
        best.preferOwnCalls()
        calls = Self.calls(graph, best.isOwn, cap)
    }

    /// The contacts that a smallest vertex cover gives a call of their own. A tag with more contacts than a call may name counts as
    /// several tags: those contacts that have most other tags are in the last of them, which they may make superfluous.
    private static func cover(_ graph: EditGraph, _ cap: Int) -> [Bool] {
        var parts = 0
        var neighbours = graph.contacts.map { _ in [Int]() }
        for contacts in graph.contactsOf {
            let fewestFirst =
                contacts.count <= cap
                ? contacts : contacts.sorted { (graph.tagsOf[$0].count, $0) < (graph.tagsOf[$1].count, $1) }
            for batch in fewestFirst.batches(of: cap) {
                for contact in batch { neighbours[contact].append(parts) }
                parts += 1
            }
        }
        return Matching(neighbours, rightCount: parts).smallestCover().left
    }

    private static func calls(_ graph: EditGraph, _ isOwn: [Bool], _ cap: Int) -> [TagCall] {
        var calls: [TagCall] = []
        for (contact, tags) in graph.tagsOf.enumerated() where isOwn[contact] {
            for batch in tags.batches(of: APIRequest.largestTagBatch) {
                calls.append(.contact(graph.contacts[contact], batch.map { graph.tags[$0] }))
            }
        }
        for (tag, contacts) in graph.contactsOf.enumerated() {
            for batch in contacts.filter({ !isOwn[$0] }).batches(of: cap) {
                calls.append(.tag(graph.tags[tag], batch.map { graph.contacts[$0] }))
            }
        }
        return calls
    }
}
