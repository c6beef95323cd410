import Connectors
import Foundation
import Keap

/// What the lane that reads a gym's bills remembers.
package struct ReadingState: DestinationState, Codable, Equatable {
    /// No state of another destination begins with it.
    package static let mark: UInt8 = 0xC2

    /// Polls that were carried out: names the next, so that one waits at most.
    package var polls = 0
    /// When the last poll began. Milliseconds since 1970.
    package var polledAt: Int64?
    package var marks = ReadingMarks()
    /// Fingerprints of what was passed on, as far as it may be read again.
    package var seen = SeenThings()
    package var due = DueDates()
    package var products: ProductNames {
        get { names ?? ProductNames() }
        set { names = newValue }
    }
    private var names: ProductNames?
    /// How far the past was read: of the lane of the past alone.
    package var history: HistoryProgress?

    package init() {}

    package init(bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        guard first == Self.mark else { throw ReadingStateProblem.notOurs }
        self = try JSONDecoder().decode(Self.self, from: Data(bytes.dropFirst()))
    }

    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and numbers always encode.
        return [Self.mark] + ((try? encoder.encode(self)).map { Array($0) } ?? [])
    }

    /// Its lanes have one key each, so two never meet.
    package static func united(_ a: ReadingState, _ b: ReadingState) -> ReadingState { a }
}

package enum ReadingStateProblem: Error { case notOurs }

/// Up to which time everything was read, by Keap's clock: the newest change that was seen of each kind. Milliseconds since
/// 1970; nil: nothing was read yet.
package struct ReadingMarks: Codable, Hashable, Sendable {
    package var subscriptions: Int64?
    package var orders: Int64?
    package var transactions: Int64?
    package var payers: Int64?

    package init() {}

    /// How long before a mark is read again. What was changed first may show up second.
    package static let overlap: Int64 = 10 * 60_000
    /// Transactions are listed by their own time, which is often the past.
    package static let transactionOverlap: Int64 = 3 * 86_400_000
    /// Before the first poll: no clock differs by more. What is older is the past.
    package static let firstReach: Int64 = 86_400_000
}

/// Fingerprints of things as they were passed on.
package struct SeenThings: Codable, Equatable, Sendable {
    /// A lane's state has a bound. What is left out is passed on once more.
    package static let most = 2_500

    private var hashes: Set<UInt64> = []

    package init() {}

    package init(from decoder: any Decoder) throws {
        let bytes = Array(try decoder.singleValueContainer().decode(Data.self))
        for start in stride(from: 0, to: bytes.count - bytes.count % 8, by: 8) {
            hashes.insert(bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var data = Data(capacity: hashes.count * 8)
        for hash in hashes.sorted() {
            for shift in (0..<8).reversed() { data.append(UInt8(hash >> (shift * 8) & 0xFF)) }
        }
        var container = encoder.singleValueContainer()
        try container.encode(data)
    }

    func contains(_ hash: UInt64) -> Bool { hashes.contains(hash) }

    mutating func insert(_ hash: UInt64) {
        if hashes.count < Self.most { hashes.insert(hash) }
    }
}
