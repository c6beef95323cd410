// swift-tools-version: 6.2
import PackageDescription

// A target imports only targets of lower floors; the engine (the first three and DurableQueue) knows nothing of gyms or Keap.
let package = Package(
    name: "lockstep",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lockstep", targets: ["lockstep"]),
        .library(name: "DurableQueue", targets: ["DurableQueue"]),
    ],
    targets: [
        // floor 0
        // The time that everything waits and counts by: the machine's, or one that a test moves.
        .target(name: "Clocks", swiftSettings: strict),
        // Chance that a seed repeats: for simulations, the demo and tests.
        .target(name: "SeededRandom", swiftSettings: strict),
        // How tasks wait for one another.
        .target(name: "AsyncPrimitives", dependencies: ["Clocks"], swiftSettings: strict),
        .target(name: "FileJournal", swiftSettings: strict),
        // Formats that several readers share: JSON, encodings of text, marks that cannot be seen.
        .target(name: "WireFormats", swiftSettings: strict),
        // Wrappers of what Swift cannot call of libcurl, which is opened at run time.
        .target(name: "CCurl"),
        .target(name: "EmbeddedHTTP", dependencies: ["WireFormats"], swiftSettings: strict),
        // A strict reader of configuration text that says where a mistake is and which key was meant.
        .target(name: "ConfigurationReading", dependencies: ["WireFormats"], swiftSettings: strict),
        // Sends a load over HTTP at a pace of its own, and measures how long each answer took.
        .target(name: "LoadGeneration", swiftSettings: strict),
        // What tests and benchmarks run on instead of this machine's clock, disk and scheduler; no product holds it.
        .target(
            name: "DeterministicSimulation",
            dependencies: ["SeededRandom", "AsyncPrimitives", "Clocks", "FileJournal"],
            swiftSettings: strict),
        // floor 1
        .target(name: "RateLimits", dependencies: ["AsyncPrimitives", "Clocks"], swiftSettings: strict),
        .target(
            name: "DurableQueue", dependencies: ["AsyncPrimitives", "Clocks", "FileJournal"], swiftSettings: strict),
        // What happened to each subject, kept for people to read: knows none.
        .target(name: "History", dependencies: ["FileJournal"], swiftSettings: strict),
        // What a client of any API needs to make its calls: knows none.
        .target(
            name: "OutboundAPI", dependencies: ["CCurl", "AsyncPrimitives", "Clocks", "RateLimits", "WireFormats"],
            swiftSettings: strict),
        .target(
            name: "KeapSimulator", dependencies: ["SeededRandom", "EmbeddedHTTP", "WireFormats"], swiftSettings: strict),
        .target(
            name: "ChartMogulSimulator", dependencies: ["SeededRandom", "EmbeddedHTTP", "WireFormats"],
            swiftSettings: strict),
        // floor 2
        .target(
            name: "Keap", dependencies: ["AsyncPrimitives", "Clocks", "OutboundAPI", "RateLimits", "WireFormats"],
            swiftSettings: strict),
        .target(
            name: "ChartMogul", dependencies: ["Clocks", "OutboundAPI", "RateLimits", "WireFormats"],
            swiftSettings: strict),
        // What sources and destinations are to the service: routes, decoding, settings; deliveries and how they end.
        // None by name.
        .target(
            name: "Connectors",
            dependencies: ["ConfigurationReading", "EmbeddedHTTP", "DurableQueue", "OutboundAPI", "WireFormats"],
            swiftSettings: strict),
        // floor 3
        .target(
            name: "ContactSync",
            dependencies: [
                "AsyncPrimitives", "Connectors", "ConfigurationReading", "DurableQueue", "Keap", "WireFormats",
            ],
            swiftSettings: strict),
        // Keap's bills in ChartMogul.
        .target(
            name: "ChartMogulFeed",
            dependencies: [
                "AsyncPrimitives", "ChartMogul", "Clocks", "Connectors", "ConfigurationReading", "DurableQueue", "Keap",
                "OutboundAPI", "RateLimits", "WireFormats",
            ],
            swiftSettings: strict),
        // floor 4: a target for each source
        .target(
            name: "ZenPlanner",
            dependencies: ["Connectors", "ConfigurationReading", "ContactSync", "EmbeddedHTTP", "WireFormats"],
            swiftSettings: strict),
        .target(
            name: "OnceHub",
            dependencies: ["Connectors", "ConfigurationReading", "ContactSync", "EmbeddedHTTP", "Keap", "WireFormats"],
            swiftSettings: strict),
        // Reads what Keap knows of bills: hints, polls and the past, as snapshots for whatever wants them.
        .target(
            name: "KeapBilling",
            dependencies: [
                "Connectors", "ConfigurationReading", "DurableQueue", "EmbeddedHTTP", "Keap", "WireFormats",
            ],
            swiftSettings: strict),
        // floor 5
        .target(
            name: "LockstepService",
            dependencies: [
                "AsyncPrimitives", "Clocks", "FileJournal", "DurableQueue", "RateLimits", "EmbeddedHTTP", "WireFormats",
                "ConfigurationReading",
                "History", "OutboundAPI", "Keap", "Connectors", "ContactSync", "ChartMogul", "ChartMogulFeed",
                "ZenPlanner", "OnceHub",
                "KeapBilling",
            ],
            // The console's files, in the program.
            resources: ["console.css", "console.js", "icon.svg"].map { .embedInCode("Console/Assets/\($0)") },
            swiftSettings: strict),
        // floor 6
        .executableTarget(
            name: "lockstep",
            dependencies: [
                "SeededRandom", "LoadGeneration", "OutboundAPI", "Keap",
                "LockstepService", "DurableQueue", "FileJournal", "EmbeddedHTTP", "ConfigurationReading",
                "KeapSimulator", "ChartMogulSimulator", "OnceHub", "ZenPlanner", "ContactSync", "Connectors",
                "WireFormats",
            ],
            // The pages of the documentation, for `lockstep help`: in the program, which stays one file.
            resources: [
                "lockstep.docc/Operating", "lockstep.docc/Configuration", "lockstep.docc/Durability",
                "lockstep.docc/Architecture", "../ZenPlanner/ZenPlanner.docc/ZenPlanner",
                "../OnceHub/OnceHub.docc/OnceHub", "../ChartMogulFeed/ChartMogulFeed.docc/ChartMogul",
                "../Keap/Keap.docc/KeapBudget", "../DurableQueue/DurableQueue.docc/DurableQueue",
                "../ChartMogulSimulator/ChartMogulSimulator.docc/ChartMogulSimulator",
                "../../Benchmarks/Benchmarks.docc/Benchmarks",
            ].map { .embedInCode("\($0).md") },
            swiftSettings: strict),

        // Stretches of time in the life of gyms, run in virtual time: for benchmarks and tests.
        .target(
            name: "CallTraces",
            dependencies: [
                "SeededRandom",
                "Clocks", "LockstepService", "DurableQueue", "FileJournal", "DeterministicSimulation", "RateLimits",
                "EmbeddedHTTP", "OutboundAPI", "Keap", "KeapSimulator",
            ], swiftSettings: strict),
        .executableTarget(
            name: "LockstepBenchmarks",
            dependencies: [
                "LockstepService", "DurableQueue", "EmbeddedHTTP", "FileJournal", "CallTraces", "OutboundAPI",
                "LoadGeneration", "ConfigurationReading",
            ],
            path: "Benchmarks", swiftSettings: strict),

        .testTarget(
            name: "ClocksTests", dependencies: ["Clocks", "DeterministicSimulation"], swiftSettings: strict),
        .testTarget(
            name: "AsyncPrimitivesTests",
            dependencies: ["SeededRandom", "AsyncPrimitives", "Clocks", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "DeterministicSimulationTests", dependencies: ["Clocks", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "FileJournalTests", dependencies: ["SeededRandom", "FileJournal", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "RateLimitsTests", dependencies: ["SeededRandom", "Clocks", "RateLimits", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "LoadGenerationTests", dependencies: ["LoadGeneration", "EmbeddedHTTP"], swiftSettings: strict),
        .testTarget(name: "WireFormatsTests", dependencies: ["WireFormats"], swiftSettings: strict),
        .testTarget(
            name: "EmbeddedHTTPTests", dependencies: ["SeededRandom", "EmbeddedHTTP", "WireFormats"],
            swiftSettings: strict),
        .testTarget(
            name: "DurableQueueTests",
            dependencies: ["SeededRandom", "Clocks", "DurableQueue", "FileJournal", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "HistoryTests", dependencies: ["SeededRandom", "History", "FileJournal", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "OutboundAPITests", dependencies: ["Clocks", "OutboundAPI", "DeterministicSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "KeapTests",
            dependencies: [
                "SeededRandom",
                "Clocks", "Keap", "OutboundAPI", "KeapSimulator", "RateLimits", "WireFormats",
                "DeterministicSimulation",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "KeapSimulatorTests",
            dependencies: [
                "SeededRandom", "EmbeddedHTTP", "KeapSimulator", "WireFormats", "DeterministicSimulation",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChartMogulSimulatorTests", dependencies: ["SeededRandom", "ChartMogulSimulator", "WireFormats"],
            swiftSettings: strict),
        .testTarget(
            name: "ContactSyncTests",
            dependencies: [
                "SeededRandom", "AsyncPrimitives", "Connectors", "ContactSync", "Keap", "WireFormats",
                "DeterministicSimulation",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChartMogulTests",
            dependencies: [
                "ChartMogul", "ChartMogulSimulator", "Clocks", "DeterministicSimulation", "OutboundAPI", "RateLimits",
                "WireFormats",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ChartMogulFeedTests",
            dependencies: [
                "SeededRandom", "ChartMogul", "ChartMogulFeed", "ChartMogulSimulator", "Clocks", "ConfigurationReading",
                "Connectors", "DeterministicSimulation", "DurableQueue", "FileJournal", "Keap", "KeapBilling",
                "KeapSimulator", "OutboundAPI", "RateLimits", "WireFormats",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ZenPlannerTests",
            dependencies: ["SeededRandom", "ZenPlanner", "Connectors", "ContactSync", "WireFormats"],
            swiftSettings: strict),
        .testTarget(
            name: "OnceHubTests",
            dependencies: [
                "SeededRandom",
                "Clocks", "OnceHub", "Connectors", "ContactSync", "Keap", "OutboundAPI", "KeapSimulator", "RateLimits",
                "WireFormats",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "KeapBillingTests",
            dependencies: [
                "KeapBilling", "Connectors", "ConfigurationReading", "DurableQueue", "EmbeddedHTTP", "Keap",
                "WireFormats",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LockstepServiceTests",
            dependencies: [
                "SeededRandom",
                "Clocks", "LockstepService", "KeapSimulator", "EmbeddedHTTP", "ConfigurationReading", "RateLimits",
                "OutboundAPI", "Keap",
                "Connectors", "ContactSync", "ZenPlanner", "OnceHub", "DurableQueue", "FileJournal", "WireFormats",
                "History", "DeterministicSimulation", "KeapBilling", "ChartMogul", "ChartMogulFeed",
                "ChartMogulSimulator",
            ], swiftSettings: strict),
        .testTarget(
            name: "CallTracesTests",
            dependencies: ["CallTraces", "KeapSimulator", "DeterministicSimulation"], swiftSettings: strict),
        .testTarget(
            name: "LockstepCommandTests",
            dependencies: [
                "SeededRandom", "lockstep", "LockstepService", "ConfigurationReading", "ZenPlanner", "ContactSync",
                "LoadGeneration", "KeapSimulator", "OnceHub", "EmbeddedHTTP", "Connectors",
            ],
            swiftSettings: strict),
        // Runs the built program in processes of its own, and kills them.
        .testTarget(name: "LockstepProcessTests", dependencies: ["lockstep", "OutboundAPI"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)

var strict: [SwiftSetting] {
    [
        .enableUpcomingFeature("ExistentialAny"),  // SE-0335
        .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
        .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    ]
}

// LOCKSTEP_TESTS=KeapTests,DurableQueueTests builds these test targets and what they need, and nothing else: for a quick
// turn on one part, and for the thread sanitizer, which wants a build of its own (see .ci/run).
if let chosen = Context.environment["LOCKSTEP_TESTS"] {
    var kept: Set<String> = []
    var found = chosen.split(separator: ",").map(String.init)
    while let name = found.popLast() {
        guard kept.insert(name).inserted else { continue }
        for target in package.targets where target.name == name {
            for case .byNameItem(let dependency, _) in target.dependencies { found.append(dependency) }
        }
    }
    package.products = []
    package.targets.removeAll { !kept.contains($0.name) }
}
