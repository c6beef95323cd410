import History
import ConfigurationReading
import Connectors
import ContactSync
import DurableQueue

/// What is erased of a person, or would be.
package struct ForgottenPerson: Codable, Equatable, Sendable {
    package var gym: String
    package var id: String
    package var subject: String
    /// Jobs that are discarded: dead ones, and those that wait if that was asked for.
    package var jobs: [String]
    /// Messages, calls and endings in the history.
    package var entries: Int
    package var attention: Int
    /// Whether a lane remembered the contact.
    package var remembered: Bool
    /// What is left, and until when, in sentences.
    package var left: [String]
    package var isDone: Bool
}

extension PeopleFinder {
    /// Erases a person from what is kept here. Keap, Zen Planner and OnceHub are told nothing.
    ///
    /// - Parameters:
    ///   - discards: also jobs that wait; else those are a reason not to.
    ///   - isPreview: erases nothing, and says what it would.
    func forget(
        _ text: String, of gym: Gym, discards: Bool, isPreview: Bool
    ) async throws -> ForgottenPerson {
        let found = try await person(text, of: gym, limit: .max)
        if !found.pending.isEmpty, !discards {
            let jobs = found.pending.prefix(10).map(\.description).joined(separator: ", ")
            throw AdminRoutes.Refusal(
                409,
                "\(found.pending.count == 1 ? "a change" : "\(found.pending.count) changes") of theirs wait (job \(jobs)): "
                    + "let them be delivered first, or discard them with it (--discard)")
        }
        let lanes = Set(
            found.ids.filter { $0.kind == .lane }.map(\.value) + (found.lane.map { [$0.description] } ?? []))
        let attention = gym.attention.all.filter { lanes.contains($0.lane) || found.isOf(job: $0.job) }
        let fields = found.mirror.map(PersonNameFields.init)
        var answer = ForgottenPerson(
            gym: gym.id.description, id: found.id.description,
            subject: found.entries.entries.last { $0[RecordPart.subject] != nil }?[RecordPart.subject]?.text ?? fields?
                .words
                ?? found.id.description,
            jobs: (found.dead + found.pending).map(\.description), entries: found.entries.entries.count,
            attention: attention.count, remembered: found.mirror != nil, left: Self.left, isDone: false)
        if isPreview { return answer }
        for job in found.dead + found.pending { try await queue.discard(job) }
        if let lane = found.lane { try await queue.erase(lane) }
        for entry in attention {
            var none = entry
            none.notes = []
            await gym.keep(gym.attention.note(none))
        }
        if let history = recorder?.history {
            answer.entries = await history.forget(keys: found.keys, jobs: found.jobs, scope: gym.id.description)
        }
        // What is written on the way fills the room of what goes.
        try await queue.compactFully()
        answer.isDone = true
        return answer
    }

    private static let left = [
        "Zen Planner, OnceHub and Keap keep what they have: a message that comes for them makes them known again",
        "the journal's newest segment, and older ones that are full of what is alive, hold the erased messages until they "
            + "are compacted in their turn",
        "copies of the data directory, and lines of the log",
    ]
}

extension FoundPerson {
    fileprivate func isOf(job: String) -> Bool {
        guard let number = UInt64(job) else { return false }
        return entries.jobs.contains(number)
    }
}
