import Foundation

/// A page of the documentation, as `lockstep help TOPIC` names it.
///
/// `Package.swift` embeds the pages from their DocC catalogues, so that the program is one file, and no copy is kept.
struct HelpTopic: Sendable {
    var name: String
    var summary: String
    /// The page's file in the repository, by which other pages link to it.
    var file: String
    var markdown: String

    private init(_ name: String, _ summary: String, _ file: String, _ page: [UInt8]) {
        (self.name, self.summary, self.file) = (name, summary, file)
        markdown = String(decoding: page, as: UTF8.self)
    }

    static let all = [
        HelpTopic(
            "operating", "start, stop, TLS, health, metrics, alerts, backup, upgrades", "Operating.md",
            PackageResources.Operating_md),
        HelpTopic(
            "configuration", "every setting, with examples", "Configuration.md", PackageResources.Configuration_md),
        HelpTopic(
            "zen-planner", "messages, tags, how people are found in Keap", "ZenPlanner.md",
            PackageResources.ZenPlanner_md),
        HelpTopic("oncehub", "bookings, their tags and contacts", "OnceHub.md", PackageResources.OnceHub_md),
        HelpTopic(
            "chartmogul-feed", "Keap's bills in ChartMogul: set-up, settings, costs, messages",
            "ChartMogul.md",
            PackageResources.ChartMogul_md),
        HelpTopic(
            "keap-budget", "what a change costs, merging, whose turn it is", "KeapBudget.md",
            PackageResources.KeapBudget_md),
        HelpTopic(
            "durability", "what survives, what can run twice, what the machine must keep", "Durability.md",
            PackageResources.Durability_md),
        HelpTopic(
            "architecture", "the words, and a message's way through the code", "Architecture.md",
            PackageResources.Architecture_md),
        HelpTopic(
            "chartmogul-simulator", "the local ChartMogul: its rules of revenue, faults and audit",
            "ChartMogulSimulator.md", PackageResources.ChartMogulSimulator_md),
        HelpTopic("queue", "the durable queue as a library", "DurableQueue.md", PackageResources.DurableQueue_md),
        HelpTopic("benchmarks", "what was measured, and how", "Benchmarks.md", PackageResources.Benchmarks_md),
    ]

    /// The topic of that name; case and hyphens do not matter.
    static func named(_ name: String) -> HelpTopic? {
        all.first { folded($0.name) == folded(name) }
    }

    /// The page about a group of commands, if it has one: each of them has help of its own.
    static func ofGroup(_ word: String) -> HelpTopic? { word == "chartmogul" ? named("chartmogul-feed") : nil }

    /// The topic that a link in a page leads to.
    static func linked(_ target: String) -> HelpTopic? {
        let file = target.prefix { $0 != "#" }.split(separator: "/").last
        return all.first { $0.file[...] == file }
    }

    static var list: String {
        let width = all.map(\.name.count).max() ?? 0
        return all.map { topic in
            "  \(topic.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(topic.summary)"
        }.joined(separator: "\n")
    }

    private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "-" } }
}
