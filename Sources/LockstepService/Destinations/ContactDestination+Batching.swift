import Connectors
import ContactSync
import DurableQueue

extension ContactDestination {
    /// Snapshots of one person as one; nothing else goes together.
    func batch(
        _ changes: some Sequence<(job: JobID, change: Change)>, state: LaneState
    ) -> ChangeBatch<Change>? {
        var changes = changes.makeIterator()
        // A mirror that cannot be read is the delivery's to report.
        guard tags.settings.coalesce != .off, let mirror = try? state.value(Mirror.init(bytes:)),
            let first = changes.next(), case .person(let person) = first.change
        else { return nil }
        var fold = SnapshotCoalescer(
            person, job: first.job.rawValue, mirror: mirror, directory: tags.directory, settings: tags.settings)
        var count = 1
        while let next = changes.next(), case .person(let later) = next.change,
            fold.take(later, job: next.job.rawValue)
        {
            count += 1
        }
        return ChangeBatch(change: .person(fold.person), count: count, carriers: fold.carriers)
    }
}
