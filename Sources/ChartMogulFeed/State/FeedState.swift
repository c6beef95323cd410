package import ChartMogul
package import Connectors
import Foundation
import Keap

/// What a lane of bills remembers: the facts, and what ChartMogul was sent of them.
package struct FeedState: Codable, Hashable, Sendable {
    package var facts = BillingFacts()
    /// By contact.
    var customers: [String: SentCustomer] = [:]
    /// By order.
    var invoices: [String: SentInvoice] = [:]
    /// Old orders whose facts are not kept, by order.
    var folded: [String: FoldedOrder] = [:]
    /// Digests by external id.
    var events: [String: Int64] = [:]
    /// External ids of the subscriptions that invoices were sent of.
    var subscriptions: Set<String> = []
    /// What is being created: it may have been made though no answer said so.
    var intents: Set<String> = []
    /// Digests of notes that were told.
    var told: [Int64] = []
    /// What ChartMogul refused for good, by the keys of intents. Nil: none.
    var refused: [String: RefusedThing]?
    /// When the names of products that were told were read, by product: of the lane of products alone.
    var named: [String: Int64]?
    /// How often everything had been doubted when the lane was compared with ChartMogul last. Nil: never.
    var doubts: Int?

    private enum CodingKeys: String, CodingKey {
        case facts = "f"
        case customers = "c"
        case invoices = "i"
        case folded = "o"
        case events = "e"
        case subscriptions = "s"
        case intents = "n"
        case told = "t"
        case refused = "x"
        case named = "p"
        case doubts = "q"
    }

    package init() {}

    package mutating func take(_ change: BillingChange) {
        for snapshot in change.snapshots { facts.take(snapshot) }
        // What is told anew is compared anew.
        for id in facts.orders.keys {
            // What was read before that is no news: it would undo what came after.
            if let age = folded[id]?.age, let order = facts.orders[id], !order.isGone, order.age < age {
                facts.orders[id] = nil
                continue
            }
            guard let old = folded.removeValue(forKey: id), invoices[id] == nil else { continue }
            invoices[id] = SentInvoice(digest: old.digest, contact: old.contact)
        }
        suspect(change.suspects)
    }
}

struct SentCustomer: Codable, Hashable, Sendable {
    var uuid: String
    var digest: Int64
    /// Whether it has the attribute of an address that is none.
    var hasRawEmail = false

    private enum CodingKeys: String, CodingKey {
        case uuid = "u"
        case digest = "d"
        case hasRawEmail = "r"
    }
}

struct SentInvoice: Codable, Hashable, Sendable {
    var digest: Int64
    /// Whose customer it was sent to.
    var contact: String
    /// ChartMogul does not say so.
    var isVoided = false

    private enum CodingKeys: String, CodingKey {
        case digest = "d"
        case contact = "c"
        case isVoided = "v"
    }
}

struct FoldedOrder: Codable, Hashable, Sendable {
    var digest: Int64
    var contact: String
    var ordered: Int64
    /// Of the facts that it was sent with. Nil: not known.
    var age: Int64?

    private enum CodingKeys: String, CodingKey {
        case digest = "d"
        case contact = "c"
        case ordered = "o"
        case age = "a"
    }
}

/// Written to disk as JSON behind a mark.
extension FeedState: DestinationState {
    package static var mark: UInt8 { 0xC1 }

    package struct Unreadable: Error, CustomStringConvertible {
        package var description: String { "What was kept of this contact's bills cannot be read." }
    }

    package init(bytes: [UInt8]) throws {
        self.init()
        guard let mark = bytes.first else { return }
        guard mark == Self.mark else { throw Unreadable() }
        do {
            self = try JSONDecoder().decode(FeedState.self, from: Data(bytes.dropFirst()))
        } catch {
            throw Unreadable()
        }
    }

    package var bytes: [UInt8] {
        guard self != FeedState() else { return [] }
        return [Self.mark] + Digest.json(self)
    }

    package static func united(_ a: Self, _ b: Self) -> Self {
        var united = a
        united.facts = .united(a.facts, b.facts)
        united.customers.merge(b.customers) { first, _ in first }
        united.invoices.merge(b.invoices) { first, second in
            // It is compared with what ChartMogul has.
            first == second ? first : SentInvoice(digest: 0, contact: first.contact)
        }
        united.folded.merge(b.folded) { first, _ in first }
        united.events.merge(b.events) { $0 == $1 ? $0 : 0 }
        united.subscriptions.formUnion(b.subscriptions)
        united.intents.formUnion(b.intents)
        united.told = Array((a.told + b.told).suffix(mostTold))
        if let theirs = b.refused { united.refused = (a.refused ?? [:]).merging(theirs) { $0.job > $1.job ? $0 : $1 } }
        // The part that was doubted less often is doubted again, and the rest with it.
        let doubts = [a, b].filter { $0 != FeedState() }.map { $0.doubts ?? 0 }.min() ?? 0
        united.doubts = doubts == 0 ? nil : doubts
        return united
    }

    static let mostTold = 40
}

enum Digest {
    /// Names are sorted, so that equal values give equal bytes. Empty for what is no JSON, which no value of ours is.
    static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }

    /// Never 0, which stands for what is not known. FNV-1a, cut to what JSON's numbers hold.
    static func of(_ value: some Encodable) -> Int64 {
        let hash = json(value).reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return Int64(hash & 0x1F_FFFF_FFFF_FFFF) | 1
    }
}
