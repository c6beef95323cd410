import ConfigurationReading
import Foundation
import Keap

/// Which account each key opens, as Keap told. Kept between starts; keys stand there by their fingerprints.
struct LearnedAccounts: Codable, Equatable, Sendable {
    struct Account: Codable, Equatable, Sendable {
        /// Keap's name for it.
        var tenant: String
        /// Counts up: of two keys of one account, that with the lower number was there first.
        var number: Int
    }

    /// By fingerprint.
    private(set) var keys: [String: Account] = [:]
    /// The latest key of each gym: a new key of a gym most likely opens the account that the old one did.
    private(set) var gyms: [String: String] = [:]

    /// More than any configuration has, in keys and gyms.
    private static let most = 10_000

    init() {}

    /// Reads a note. One that cannot be read is empty: Keap tells the accounts again.
    init(bytes: [UInt8]) { self = (try? JSONDecoder().decode(Self.self, from: Data(bytes))) ?? Self() }

    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return (try? encoder.encode(self)).map { Array($0) } ?? []  // values of text and numbers always encode
    }

    /// - Parameter gyms: those that call with the key.
    mutating func learn(_ tenant: String, of key: String, for gyms: [GymID]) {
        if keys[key]?.tenant != tenant {
            let newest = keys.values.map(\.number).max() ?? 0
            guard keys.count < Self.most || keys[key] != nil else { return }
            keys[key] = Account(tenant: tenant, number: newest + 1)
        }
        for gym in gyms where self.gyms.count < Self.most { self.gyms[gym.description] = key }
    }

    /// What the gym's latest known key opened.
    func account(ofGym gym: GymID) -> Account? { gyms[gym.description].flatMap { keys[$0] } }
}
