import ConfigurationReading
import Keap

extension CheckRun {
    /// Adds what the gyms' accounts mean for each other, as far as Keap has named them: what a running service would refuse,
    /// and which setting makes it explicit.
    package static func judgeAccounts(of checkups: inout [ConfigurationCheck], in configuration: Configuration) {
        var learned: [KeapLogin: KeapAccountID] = [:]
        for gym in configuration.gyms {
            guard let tenant = checkups.first(where: { $0.gym == gym.id.description })?.account else { continue }
            learned[gym.keap.login] = KeapAccountID(base: gym.keap.login.base, tenant: tenant)
        }
        let clashes = configuration.accountClashes(learned: learned)
        for place in checkups.indices {
            guard let gym = configuration.gyms.first(where: { $0.id.description == checkups[place].gym }) else {
                continue
            }
            if let named = gym.keap.account, let account = learned[gym.keap.login], account != named {
                checkups[place].problems.append(
                    "keap.account names \(named), but the key opens \(account); mend the setting or the key")
            }
            checkups[place].problems += clashes.filter { $0.later.id == gym.id }.flatMap(\.problems).map(\.description)
            let others = configuration.gymsSharingAccount(with: gym, learned: learned)
                .filter { $0.keap.login != gym.keap.login }
            guard let account = learned[gym.keap.login], !others.isEmpty, gym.keap.account != account else { continue }
            let names = others.map { "\($0.id)" }.joined(separator: ", ")
            checkups[place].notes.append(
                "the key opens the Keap account of \(names) too, which share its budget; \"account\": \"\(account)\" in the keap "
                    + "settings of each says so")
        }
    }
}
