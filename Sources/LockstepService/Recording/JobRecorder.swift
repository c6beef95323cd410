import Clocks
import DurableQueue
import History
import OutboundAPI
import Synchronization

/// Keeps the calls of one run of a job, or of several together.
final class JobRecorder: CallRecorder {
    private let recorder: HistoryRecorder
    private let jobs: [UInt64]
    private let tenant: TenantID
    private let api = Mutex("")
    private let hasEnded = Atomic(false)

    /// Of calls that many contacts share: the bodies name all of them.
    static let mostOfShared = 1_024

    /// The one of the run that the task belongs to.
    @TaskLocal static var current: JobRecorder?

    init(_ recorder: HistoryRecorder, jobs: [Job]) {
        self.recorder = recorder
        self.jobs = jobs.suffix(1).map(\.id.rawValue)
        tenant = jobs.last?.tenant ?? TenantID(rawValue: "")
    }

    /// From now on calls go to this destination.
    func calls(_ api: String) { self.api.withLock { $0 = api } }

    /// Whether a call has ended.
    var hasCalled: Bool { hasEnded.load(ordering: .relaxed) }

    func ended(_ call: EndedCall) {
        hasEnded.store(true, ordering: .relaxed)
        let now = recorder.clock.wall.milliseconds
        let api = api.withLock { $0 }
        let answered = (try? call.result.get())?.body.count ?? 0
        recorder.history.note(size: (call.request.body?.count ?? 0) + answered) { [recorder, jobs, tenant, api] in
            let most = call.sharers > 1 ? Self.mostOfShared : HistoryEntry.Part.most
            var parts: [HistoryEntry.Part?] = [
                .text(RecordPart.api, api), .text(RecordPart.endpoint, call.request.endpoint.name),
                .text(RecordPart.method, call.request.method.rawValue),
                recorder.text(RecordPart.target, call.request.target, most: 2_048),
                .text(RecordPart.milliseconds, "\(call.took.wholeMilliseconds)"),
            ]
            if call.sharers > 1 { parts.append(.text(RecordPart.sharers, "\(call.sharers)")) }
            if let body = call.request.body { parts.append(recorder.part(RecordPart.request, body, most: most)) }
            switch call.result {
            case .success(let response):
                parts.append(.text(RecordPart.status, "\(response.status)"))
                if !response.body.isEmpty { parts.append(recorder.part(RecordPart.answer, response.body, most: most)) }
            case .failure(.notSent(let reason)):
                parts.append(recorder.text(RecordPart.failure, "not sent: \(reason)", most: 500))
            case .failure(.unclear(let reason)):
                parts.append(recorder.text(RecordPart.failure, "no clear answer: \(reason)", most: 500))
            }
            return HistoryEntry(
                at: now, kind: RecordKind.call, scope: tenant.rawValue, jobs: jobs, parts: parts.compactMap { $0 })
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000 &+ attoseconds / 1_000_000_000_000_000
    }
}
