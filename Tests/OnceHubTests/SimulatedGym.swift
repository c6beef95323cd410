import Connectors
import Clocks
import ContactSync
import Keap
import KeapSimulator
import OutboundAPI
import RateLimits
import Synchronization

@testable import OnceHub

/// A gym whose bookings are delivered to a simulated Keap, request by request, without a network between.
final class SimulatedGym: Sendable {
    struct State: Sendable {
        var world: KeapWorld
        var lines: [String] = []
        /// By the number of the call.
        var faults: [Int: Fault] = [:]
        var directory: [UInt8] = []
        var lane: [UInt8] = []
        var isDead = false
    }

    enum Fault: CaseIterable, Sendable {
        /// Done, but the answer is lost.
        case lostAnswer
        /// Not done, and nobody can tell.
        case lostRequest
        /// Our process dies while Keap does it.
        case diesAfter
        /// Our process dies before Keap has seen it.
        case diesBefore
    }

    let settings: OnceHubSettings
    private let state: Mutex<State>
    private let running: Mutex<Deliverer?> = Mutex(nil)

    init(
        _ account: (inout AccountSetup) -> Void = { _ in }, quirks: (inout Quirks) -> Void = { _ in },
        _ change: (inout OnceHubSettings) -> Void = { _ in }
    ) throws {
        var options = WorldOptions()
        var setup = AccountSetup(
            key: "key", appName: "gym", limits: SimulatedLimits.none,
            users: [User(id: 3, givenName: "Olive", familyName: "Owner", email: "olive@example.com")])
        account(&setup)
        quirks(&options.quirks)
        options.accounts = [setup]
        state = Mutex(State(world: KeapWorld(options)))
        var settings = OnceHubSettings()
        change(&settings)
        self.settings = settings
        try restart()
    }

    /// As after `kill -9`: what was saved is all there is.
    func restart() throws {
        var sync = SyncSettings()
        (sync.category, sync.ownFields) = (nil, [])
        (sync.named, sync.wishes) = (settings.named, settings.wishes)
        let gateway = KeapGateway(
            transport: WorldTransport(gym: self), budget: NoBudget(), clock: SystemClock())
        let saved = with { state in
            state.isDead = false
            return state.directory
        }
        let keeper = try TagService(settings: sync, saved: saved, calls: gateway.calls()) { [self] bytes in
            try keep { $0.directory = bytes }
        }
        running.withLock { $0 = Deliverer(keeper: keeper) }
    }

    func with<T: Sendable>(_ body: (inout State) -> sending T) -> T { state.withLock { body(&$0) } }

    private func keep(_ change: (inout State) -> Void) throws {
        try state.withLock { state in
            guard !state.isDead else { throw CancellationError() }
            change(&state)
        }
    }

    /// Reads the event and delivers it, starting again after each death. Nil if it never ends well.
    @discardableResult
    func deliver(_ body: String, job: UInt64) async throws -> [String]? {
        guard case .change(let change) = try OnceHubReader(settings: settings).read(Array(body.utf8)) else {
            return nil
        }
        for _ in 0..<20 {
            let lane = with { $0.lane }
            guard let deliverer = running.withLock({ $0 }) else { return nil }
            let hold = DeliveryContext(
                save: { [self] bytes in try keep { $0.lane = bytes } }, claim: { _ in .own },
                isNamesakes: { _ in false })
            let delivery = await deliverer.deliver(.contact(change), job: job, state: lane, hold: hold)
            if with({ $0.isDead }) {
                try restart()
                continue
            }
            switch delivery {
            case .done(let state, let notes):
                with { $0.lane = state }
                return notes.map(\.text)
            case .retry(_, let state, _), .interrupted(let state), .dead(_, let state): with { $0.lane = state }
            }
        }
        return nil
    }

    /// What the gym asked of Keap since last asked, as method and path.
    func calls() -> [String] {
        with { state in
            defer { state.lines = [] }
            return state.lines
        }
    }

    var account: Account { with { $0.world.accounts["gym"]! } }

    var onlyContact: Contact? {
        let contacts = account.contacts
        return contacts.count == 1 ? contacts.values.first : nil
    }

    func tags(of contact: Contact) -> Set<String> {
        let account = account
        return Set(contact.tags.keys.compactMap { account.tags[$0]?.name })
    }

    /// Somebody does this in Keap itself.
    @discardableResult
    func byHand(_ method: String, _ path: [String], _ body: String) -> SimAnswer {
        with { state in
            let request = SimRequest(method: method, path: ["rest"] + path, body: Array(body.utf8))
            return state.world.act(request, onBehalfOf: "gym", at: WorldTime(milliseconds: 1_772_442_000_000))
        }
    }

    func makeField(_ label: String, _ type: String, _ options: [String] = []) {
        let list = options.map { #"{"label":"\#($0)"}"# }.joined(separator: ",")
        byHand(
            "POST", ["v2", "contacts", "model", "customFields"],
            #"{"label":"\#(label)","field_type":"\#(type)","options":[\#(list)]}"#)
    }

    func content(_ label: String) -> JSON? {
        let account = account
        return account.fields.values.first { $0.label == label }.flatMap { onlyContact?.customFields[$0.id] }
    }
}

/// Answers each request at once from the gym's world.
private struct WorldTransport: HTTPTransport {
    let gym: SimulatedGym

    func send(_ request: APIRequest, deadline: Duration) async throws(TransportFailure) -> APIResponse {
        let outcome: Result<APIResponse, TransportFailure> = gym.with { state in
            guard !state.isDead else { return .failure(.notSent("dead")) }
            let fault = state.faults[state.lines.count]
            state.lines.append("\(request.method.rawValue) \(request.target.prefix { $0 != "?" })")
            switch fault {
            case .lostRequest: return .failure(.unclear("time-out"))
            case .diesBefore:
                state.isDead = true
                return .failure(.notSent("dead"))
            case .diesAfter: state.isDead = true
            case .lostAnswer, nil: break
            }
            let answer = state.world.answer(
                SimRequest(
                    method: request.method.rawValue, restTarget: request.target, key: "key", body: request.body ?? []),
                at: WorldTime(milliseconds: 1_772_442_000_000 + Int64(state.lines.count) * 1_000)
            )
            if fault != nil { return .failure(.unclear("reset")) }
            let headers = answer.headers.map { ($0.name.lowercased(), $0.value) }
            return .success(
                APIResponse(
                    status: answer.status, headers: Dictionary(headers) { $1 }, body: answer.body))
        }
        return try outcome.get()
    }

    func abandon() {}
}

private struct NoBudget: CallBudget {
    func take(_ urgency: Urgency, for share: BudgetShare, rank: UInt64?) async throws {}
    func finished(_ permit: Void, learned: ReportedLimits?) async {}
    func release(_ permit: Void) async {}
    func close(until time: Int64) async {}
    func close(tenantOf permit: Void, until time: Int64) async {}
}
