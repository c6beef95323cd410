import SeededRandom

/// An account's hooks and what is to be delivered to them, in batches, as Keap documents it: the first try 30 to 60
/// seconds after the change, three more, and then the hook is inactive.
package struct HookDesk: Sendable {
    private struct Batch: Sendable {
        let number: Int
        let hook: Int
        var objects: [(id: Int, at: WorldTime)]
        var due: WorldTime
        var triesLeft = 4
        var asksForProof = false
        var isUnderWay = false
        /// Nothing is added to it any more.
        var isClosed = false
    }

    package private(set) var hooks: [Int: SimHook] = [:]
    package var faults = HookFaults()
    private var batches: [Batch] = []
    private var generator: SeededGenerator
    private var lastNumber = 0
    private let account: String

    /// Objects in one delivery.
    package static let mostObjects = 1_000
    private static let mostHooks = 1_000

    init(account: String, seed: UInt64) {
        self.account = account
        generator = SeededGenerator(seed: seed)
    }

    /// When the next delivery is due; nil if none waits.
    package var nextDue: WorldTime? { batches.filter { !$0.isUnderWay }.map(\.due).min() }

    mutating func add(_ event: HookEvent, at now: WorldTime) {
        for hook in hooks.values where hook.status == .verified && hook.event == event.key {
            if let index = batches.lastIndex(where: { $0.hook == hook.id && !$0.isClosed }),
                batches[index].objects.count < Self.mostObjects
            {
                batches[index].objects.append((event.object, now))
                continue
            }
            let wait: ClosedRange<Int64> =
                ["contactGroup.applied", "contactGroup.delete"].contains(event.key)
                ? 300_000...600_000 : 30_000...60_000
            enqueue(hook.id, [(event.object, now)], at: now.advanced(byMilliseconds: any(wait) + lateness()))
        }
    }

    mutating func register(_ event: String, at address: String, now: WorldTime) throws(Refusal) -> SimHook {
        try check(event, address)
        guard hooks.count < Self.mostHooks else { throw .bad("There are too many hooks") }
        let hook = SimHook(id: newNumber(), event: event, address: address)
        hooks[hook.id] = hook
        askForProof(hook.id, at: now)
        return hook
    }

    mutating func change(_ id: Int, _ event: String, _ address: String, now: WorldTime) throws(Refusal) -> SimHook {
        var hook = try hook(id)
        try check(event, address)
        (hook.event, hook.address, hook.status) = (event, address, .unverified)
        hooks[id] = hook
        forgetBatches(of: id)
        askForProof(id, at: now)
        return hook
    }

    mutating func remove(_ id: Int) throws(Refusal) {
        _ = try hook(id)
        hooks[id] = nil
        forgetBatches(of: id)
    }

    func hook(_ id: Int) throws(Refusal) -> SimHook {
        guard let hook = hooks[id] else { throw .unknown("Hook", id) }
        return hook
    }

    /// The address is asked at once; until it proves itself, the hook stays as it is.
    mutating func verify(_ id: Int, now: WorldTime) throws(Refusal) -> SimHook {
        _ = try hook(id)
        askForProof(id, at: now)
        return try hook(id)
    }

    /// The proof comes by a call of its own.
    mutating func confirm(_ id: Int, secret: String?) throws(Refusal) -> SimHook {
        var hook = try hook(id)
        guard let secret, secret == hook.secret else { throw .bad("X-Hook-Secret is not the one that was sent") }
        hook.status = .verified
        hooks[id] = hook
        return hook
    }

    /// What is to be sent now. Each is given out once, and again only after it failed.
    mutating func due(at now: WorldTime) -> [HookDelivery] {
        var deliveries: [HookDelivery] = []
        var lost: Set<Int> = []
        for index in batches.indices where batches[index].due <= now && !batches[index].isUnderWay {
            (batches[index].isUnderWay, batches[index].isClosed) = (true, true)
            if !batches[index].asksForProof, any(0...99) < Int64(faults.dropPercent) {
                // As far as Keap knows, it is done with.
                lost.insert(batches[index].number)
            } else {
                deliveries.append(delivery(of: batches[index]))
            }
        }
        if !lost.isEmpty { batches.removeAll { lost.contains($0.number) } }
        return faults.shuffles ? deliveries.shuffled(using: &generator) : deliveries
    }

    /// How a delivery ended.
    ///
    /// - Parameters:
    ///   - status: nil if there was no answer within 30 seconds.
    ///   - secret: the answer's `X-Hook-Secret`.
    mutating func delivered(_ number: Int, status: Int?, secret: String?, at now: WorldTime) {
        guard let index = batches.firstIndex(where: { $0.number == number }) else { return }
        var batch = batches.remove(at: index)
        guard var hook = hooks[batch.hook] else { return }
        if batch.asksForProof {
            if status == 200, let secret, secret == hook.secret {
                hook.status = .verified
                hooks[hook.id] = hook
            }
            return
        }
        if let status, (200..<400).contains(status) {
            if any(0...99) < Int64(faults.repeatPercent) {
                let due = now.advanced(byMilliseconds: any(30_000...60_000) + lateness())
                enqueue(hook.id, batch.objects, at: due, isClosed: true)
            }
            return
        }
        batch.triesLeft -= 1
        guard batch.triesLeft > 0, status != 410 else {
            hook.status = .inactive
            hooks[hook.id] = hook
            return forgetBatches(of: hook.id)
        }
        batch.due = now.advanced(
            byMilliseconds: batch.triesLeft == 3 ? any(30_000...60_000) : batch.triesLeft == 2 ? 300_000 : 1_800_000)
        batch.isUnderWay = false
        batches.append(batch)
    }

    private func check(_ event: String, _ address: String) throws(Refusal) {
        guard SimHook.events.contains(event) else { throw .bad("eventKey is unknown: \(event)") }
        guard address.hasPrefix("https://") || address.hasPrefix("http://") else { throw .bad("hookUrl is no address") }
    }

    private mutating func askForProof(_ id: Int, at now: WorldTime) {
        hooks[id]?.secret = String(UInt64.random(in: .min ... .max, using: &generator), radix: 16)
        batches.removeAll { $0.hook == id && $0.asksForProof }
        enqueue(id, [], at: now, asksForProof: true, isClosed: true)
    }

    private mutating func enqueue(
        _ hook: Int, _ objects: [(id: Int, at: WorldTime)], at due: WorldTime, asksForProof: Bool = false,
        isClosed: Bool = false
    ) {
        batches.append(
            Batch(
                number: newNumber(), hook: hook, objects: objects, due: due, asksForProof: asksForProof,
                isClosed: isClosed))
    }

    private mutating func delivery(of batch: Batch) -> HookDelivery {
        let hook = hooks[batch.hook]
        let objects = faults.shuffles ? batch.objects.shuffled(using: &generator) : batch.objects
        let key = hook?.event ?? ""
        let body: JSON = [
            "event_key": .string(key), "object_type": .string(String(key[..<(key.lastIndex(of: ".") ?? key.endIndex)])),
            "object_keys": .array(
                objects.map { ["apiUrl": "", "id": .integer($0.id), "timestamp": .string($0.at.iso8601)] }),
        ]
        return HookDelivery(
            number: batch.number, account: account, hook: batch.hook, address: hook?.address ?? "",
            secret: batch.asksForProof ? hook?.secret : nil, body: batch.asksForProof ? [] : body.bytes)
    }

    private mutating func forgetBatches(of hook: Int) { batches.removeAll { $0.hook == hook } }
    private mutating func any(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }
    private mutating func lateness() -> Int64 { faults.shuffles ? any(0...600_000) : 0 }

    private mutating func newNumber() -> Int {
        lastNumber += 1
        return lastNumber
    }
}
