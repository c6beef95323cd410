import Connectors
package import Keap

/// Decides what a failed call means for the plan.
extension Planner {
    /// Returns the reaction to a failed call.
    package enum Reaction: Equatable, Sendable {
        /// Ask for the next step; it takes the failure into account.
        case goOn
        /// Ask Keap for its custom fields again first.
        case recheckFields
        /// Forget what wishes refer to: one of them may be gone.
        case recheckReferences
        /// The account has none; Keap's words say why.
        case noAppointments(String)
        /// Nothing more can be done in this run.
        case stop
    }

    package mutating func failed(_ step: PlanStep, _ failure: KeapFailure) -> Reaction {
        if let key = step.appointment { return appointmentFailed(step, key, failure) }
        switch failure {
        case .gone:
            switch step {
            case .read: return contactIsGone()
            case .removeTags, .addTags, .update: return lookAgain()
            default: break
            }
        case .stale:
            // Read again, and planned upon that.
            contact = nil
            return .goOn
        case .unclear, .partly:
            markUnclear(step)
            return .stop
        default: break
        }
        // Any other failure is a clear answer: the contact was not made.
        if case .create = step { mirror.creating = nil }
        if failure.mayBlameContent, step.writesContact, !sentWishes.isEmpty {
            guard hasRecheckedReferences else {
                hasRecheckedReferences = true
                return .recheckReferences
            }
            // Whatever it is that Keap does not take, the rest of the change must not wait for it.
            dropped = (sentWishes, failure.message)
            return .goOn
        }
        if case .refused = failure, step.usesCustomFields, !hasRecheckedFields {
            hasRecheckedFields = true
            return .recheckFields
        }
        return step.writesContact ? fieldsRefused(step, failure) : .stop
    }

    /// To be called when Keap has taken what there was beside the dropped wishes.
    mutating func settleDropped() {
        guard let dropped else { return }
        note("Keap refused the mapped fields, which were left out: \(dropped.why)")
        // Not sent again with every booking either: only once they are different.
        for wish in dropped.wishes { confirm(wish) }
    }

    package mutating func contactIsGone() -> Reaction {
        guard let id = mirror.contact else { return .stop }
        gone.insert(id)
        // Not how many contacts: Keap may take the same one for this person again and again.
        timesContactWasGone += 1
        mirror.forgetContact()
        // Another contact is made in another way.
        trial = nil
        wanted = source.puttingBack(mirror.remembered)
        contact = nil
        search = .byID
        return timesContactWasGone < Planner.mostGone ? .goOn : .stop
    }

    /// The 404 may be about a tag. Taking it for the contact's would make a second contact, so the contact is read.
    private mutating func lookAgain() -> Reaction {
        mirror.needsRead = true
        return tagIsGone()
    }

    /// Whether to go on after Keap said that it does not know a tag or something it did not name.
    package mutating func tagIsGone() -> Reaction {
        timesTagWasGone += 1
        return timesTagWasGone < Planner.mostGone ? .goOn : .stop
    }

    private mutating func markUnclear(_ step: PlanStep) {
        switch step {
        case .removeTags(let tags, _):
            for tag in tags {
                mirror.unclearTags[tag] = mirror.tags.removeValue(forKey: tag) ?? mirror.unclearTags[tag]
            }
        case .addTags(let tags, _):
            for tag in tags { mirror.unclearTags[tag] = familyOfAdded[tag] ?? .program }
        case .update(_, let body):
            let sent = SyncedField.allCases.filter { body.carries(KeapFields.property(of: $0)) }
            mirror.unclearFields.formUnion(sent)
            mirror.unclearWishes.formUnion(sentWishes.map(\.target.key))
            if body.customFields != nil, wanted.sourceID != nil { mirror.sourceID = nil }
        default:
            break
        }
    }

    /// Once off, a tag is not taken off a second time by the same job, however often it has to be tried.
    mutating func noteRenewal(of tags: Set<TagID>) {
        guard !tags.isEmpty else { return }
        let before = mirror.renewal?.job == job ? mirror.renewal?.tags ?? [] : []
        mirror.renewal = TagReapply(job: job, tags: Set(before).union(tags).sorted())
    }
}
