import Keap

/// One value that Keap refuses does not cost the person the others: it is left out and noted.
extension Planner {
    /// To be called when Keap refused what a step wrote for its content.
    mutating func fieldsRefused(_ step: PlanStep, _ failure: KeapFailure) -> Reaction {
        guard case .refused(let status, let message) = failure, failure.mayBlameContent, status != 409 else {
            return .stop
        }
        let named = SyncedField.named(in: message, among: Set(sentFields.keys))
        if !named.isEmpty {
            leaveOut(named, why: message)
            return .goOn
        }
        let isCreation = step.isCreation
        guard var trial else {
            // An address that looks like any other is not what Keap minds, unless it says so.
            let trusted: Set<SyncedField> = (sentFields[.email] ?? "").isOrdinaryEmail ? [.email] : []
            trial = FieldTrial(of: Set(sentFields.keys), trusted: trusted, isCreation: isCreation, writesID: sentID)
            (trialReason, sentAtFirst) = (message, sentFields)
            return trial == nil ? .stop : .goOn
        }
        let answer = trial.turnedDown()
        self.trial = trial
        return settle(answer) ? .goOn : .stop
    }

    /// To be called when Keap took what was sent, or when nothing of the trial's present part was left to send.
    mutating func trialGoesOn(isSent: Bool) {
        guard var trial else { return }
        let answer = trial.taken(isSent: isSent)
        self.trial = trial
        _ = settle(answer)
    }

    /// False: Keap minds something else.
    private mutating func settle(_ answer: FieldTrial.Answer) -> Bool {
        switch answer {
        case .goOn: return true
        case .hopeless:
            trial = nil
            return false
        case .over(let blamed):
            trial = nil
            leaveOut(blamed, why: trialReason)
            return true
        }
    }

    /// By the values as they were sent: worked out anew, without what was read of the contact, some might be missing.
    private mutating func leaveOut(_ fields: Set<SyncedField>, why: String) {
        for field in fields {
            guard let value = sentFields[field] ?? sentAtFirst[field] else { continue }
            mirror.refused[field] = RefusedValue(value, why: why)
        }
    }

    /// The values that were sent, for the reason of a dead letter.
    var sentValues: String {
        let sent = SyncedField.allCases.compactMap { field in
            (sentAtFirst[field] ?? sentFields[field]).map { "\(field.rawValue) “\($0.limited(to: 60))”" }
        }
        return sent.isEmpty ? "" : " — sent were " + sent.prefix(8).joined(separator: ", ") + "."
    }
}
