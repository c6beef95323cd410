import ContactSync
import DurableQueue

extension Gym {
    /// Several messages as one change.
    struct Coalesced {
        var change: Change
        var count: Int
        /// Which job carried each part.
        var carriers: [String: UInt64]
    }

    /// The first of these messages as one change, and how many of them are in it: as many as go together. Nil if the
    /// first is none that could go with others.
    func coalesced(_ jobs: [Job], state: LaneState) -> Coalesced? {
        // A mirror that cannot be read is the delivery's to report.
        guard keeper.settings.coalesce != .off, let mirror = try? state.value(Mirror.init(bytes:)),
            let first = jobs.first, let person = person(in: first)
        else { return nil }
        var fold = SnapshotCoalescer(
            person, job: first.id.rawValue, mirror: mirror, directory: keeper.directory, settings: keeper.settings)
        var count = 1
        for job in jobs.dropFirst() {
            guard let later = self.person(in: job), fold.take(later, job: job.id.rawValue) else { break }
            count += 1
        }
        return Coalesced(change: .person(fold.person), count: count, carriers: fold.carriers)
    }

    /// Nil for everything but a person's snapshot.
    private func person(in job: Job) -> PersonSnapshot? {
        guard case .success(.person(let person)) = read(job.payload) else { return nil }
        return person
    }
}
