import ConfigurationReading
import Keap

/// Acts on what is known of accounts, and on what Keap tells of them while the service runs.
struct AccountWatch: Sendable {
    let configuration: Configuration
    let book: AccountBook
    let accounts: [KeapLogin: KeapAccount]
    let log: ServiceLog

    /// Before the first call.
    func start() {
        holdClashing()
        book.attach { await heard($0) }
    }

    private func heard(_ news: AccountBook.News) async {
        let gyms = names(configuration.gyms.filter { $0.keap.login == news.login })
        if let configured = news.configured {
            log.error(
                "the key of \(gyms) opens the Keap account \(news.account), not \(configured), which keap.account names. "
                    + "Lockstep goes by the former; mend the setting or the key, and send SIGHUP")
        }
        guard let own = accounts[news.login] else { return }
        let sharing = configuration.gyms.filter {
            $0.keap.login != news.login && book.accounts[$0.keap.login] == news.account
        }
        holdClashing()
        guard let first = sharing.first, let other = accounts[first.keap.login] else { return }
        await own.join(other)
        log.info(
            "\(gyms) and \(names(sharing)) write to one Keap account, \(news.account), by different keys. From now on they "
                + "share its budget; \"account\": \"\(news.account)\" in the keap settings of each says so from the start"
        )
    }

    /// Of two gyms of one account that would take each other's people or tags, the one whose key came later waits. Those of
    /// one key, or of one configured account, are refused when the configuration is read.
    private func holdClashing() {
        for clash in configuration.accountClashes(learned: book.accounts) {
            let logins = (clash.earlier.keap.login, clash.later.keap.login)
            guard logins.0 != logins.1 else { continue }
            let isLaterHeld = book.number(of: logins.1) >= book.number(of: logins.0)
            let (held, other) = isLaterHeld ? (clash.later, clash.earlier) : (clash.earlier, clash.later)
            let reason =
                "Gyms \(held.id) and \(other.id) write to one Keap account"
                + (book.accounts[held.keap.login].map { " (\($0))" } ?? "")
                + ", and would take each other's people or tags, so the changes of \(held.id) wait. "
                + clash.problems.map(\.description).joined(separator: ". ") + ". Then send Lockstep SIGHUP."
            if accounts[held.keap.login]?.holds.hold(held.id, because: reason) == true { log.error(reason) }
        }
    }

    private func names(_ gyms: [GymConfiguration]) -> String {
        (gyms.count == 1 ? "gym " : "gyms ") + gyms.map(\.id.description).joined(separator: ", ")
    }
}
