import ConfigurationReading
import Clocks
import DurableQueue
import FileJournal
import Keap
import OutboundAPI

/// Looks at the whole service once, and says which states a person should know of. Decides nothing but what is known.
struct AlertSurvey: Sendable {
    let composition: Composition
    let queue: JobQueue
    let journal: Journal
    let environment: ServiceEnvironment

    /// What one look finds, beside what is learned over time.
    struct Found: Sendable {
        var findings = AlertFindings()
        /// Dead letters by gym.
        var dead: [String: Int] = [:]
        /// Whether a message that comes now is taken.
        var isListening = true
        var words: AlertConditions
    }

    func look() async -> Found {
        let file = composition.configuration.file ?? "FILE"
        let words = AlertConditions(file: file, now: environment.clock.wall.milliseconds)
        var found = Found(words: words)
        await addStorage(to: &found)
        await addAccounts(to: &found)
        await addBudgets(to: &found)
        addConnections(to: &found)
        for watch in composition.billing.all {
            if let trouble = watch.hooks.trouble {
                found.findings.conditions.append(words.hooks(trouble, of: watch.gym.description))
            } else if watch.hooks.checkedAt == nil {
                found.findings.unsettled.insert(.init(.hooksInactive, watch.gym.description))
            }
        }
        if let waiting = environment.callSlots?.waiting, waiting > 0 {
            found.findings.conditions.append(words.descriptorsShort(waiting: waiting))
        }
        for (tenant, counts) in await queue.counts().tenants {
            found.dead[tenant.rawValue] = counts.jobs[.dead] ?? 0
        }
        return found
    }

    private func addStorage(to found: inout Found) async {
        let (stats, standing) = (journal.stats(), await queue.standing)
        let directory = composition.configuration.data
        if let reason = stats.poisoned ?? (standing.hasFailed ? "the result of a delivery could not be written" : nil) {
            found.findings.conditions.append(found.words.journalFailed(reason))
            found.isListening = false
        } else if let reason = stats.full {
            found.findings.conditions.append(found.words.diskFull(reason, directory))
            found.isListening = false
        } else if environment.isOnDisk, let room = DiskRoom(of: directory), room.isNearlyFull {
            found.findings.conditions.append(found.words.diskNearlyFull(room, directory))
        }
        if let reason = standing.readFailure { found.findings.conditions.append(found.words.readFailing(reason)) }
    }

    private func addAccounts(to found: inout Found) async {
        for account in composition.accounts {
            let gyms = composition.gyms.all.filter { $0.account === account }.map(\.id.description)
            guard !gyms.isEmpty else { continue }
            let counters = await account.gateway.counters()
            if let condition = found.words.circuit(counters.circuit, of: account.name, gyms) {
                found.findings.conditions.append(condition)
            } else if !counters.hasSucceeded {
                found.findings.unsettled.formUnion([
                    .init(.keyRefused, account.name), .init(.keapFailing, account.name),
                ])
            }
            for (endpoint, report) in counters.failingEndpoints {
                if let condition = found.words.endpoint(report, endpoint.name, of: account.name, gyms) {
                    found.findings.conditions.append(condition)
                }
            }
        }
    }

    private func addBudgets(to found: inout Found) async {
        for credential in composition.credentials {
            let gyms = credential.gyms.map(\.id.description)
            guard !gyms.isEmpty, let end = BudgetEnd(await credential.status()) else { continue }
            found.findings.conditions.append(found.words.budget(end, of: credential.name, gyms))
        }
    }

    private func addConnections(to found: inout Found) {
        let connections = composition.connections
        for one in connections.all {
            guard let standing = connections.standing(of: one.gym), let sentence = connections.trouble(of: one.gym)
            else {
                continue
            }
            var needsPerson = standing.needsOwner
            if case .clientRefused = standing.trouble { needsPerson = true }
            found.findings.conditions.append(
                found.words.connection(
                    of: one.gym.description, needsPerson: needsPerson, sentence,
                    connect: composition.configuration.connectCommand(for: one.gym)))
        }
    }
}

extension GatewayCounters {
    /// Whether any call was answered as it should be since the gateway was made.
    fileprivate var hasSucceeded: Bool {
        endpoints.values.contains { $0.calls > $0.throttled + $0.failures.values.reduce(0, +) }
    }
}
