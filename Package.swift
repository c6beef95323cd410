// swift-tools-version: 6.2
import PackageDescription

// A target imports only targets of lower floors; the engine (the first three and LockstepPool) knows nothing of gyms or Keap.
let package = Package(
    name: "lockstep",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "lockstep", targets: ["lockstep"]),
        .library(name: "LockstepPool", targets: ["LockstepPool"]),
    ],
    targets: [
        // floor 0
        .target(name: "LockstepJournal", swiftSettings: strict),
        .target(name: "LockstepLimits", swiftSettings: strict),
        // Formats that several readers share: JSON, encodings of text, marks that cannot be seen.
        .target(name: "WireFormats", swiftSettings: strict),
        .target(name: "LockstepHTTP", dependencies: ["WireFormats"], swiftSettings: strict),
        // What tests and benchmarks run on instead of this machine's clock, disk and scheduler; no product holds it.
        .target(name: "LockstepSimulation", dependencies: ["LockstepJournal"], swiftSettings: strict),
        // floor 1
        .target(name: "LockstepPool", dependencies: ["LockstepJournal"], swiftSettings: strict),
        .target(name: "Keap", dependencies: ["LockstepLimits", "WireFormats"], swiftSettings: strict),
        .target(name: "KeapSimulator", dependencies: ["LockstepHTTP"], swiftSettings: strict),
        // floor 2
        .target(name: "ContactSync", dependencies: ["Keap", "WireFormats"], swiftSettings: strict),
        // floor 3
        .target(
            name: "ZenPlanner", dependencies: ["ContactSync", "LockstepHTTP", "WireFormats"], swiftSettings: strict),
        .target(name: "OnceHub", dependencies: ["ContactSync", "Keap", "WireFormats"], swiftSettings: strict),
        // floor 4
        .target(
            name: "LockstepService",
            dependencies: [
                "LockstepJournal", "LockstepPool", "LockstepLimits", "LockstepHTTP", "WireFormats", "Keap",
                "ContactSync", "ZenPlanner", "OnceHub",
            ],
            swiftSettings: strict),
        // floor 5
        .executableTarget(
            name: "lockstep",
            dependencies: [
                "LockstepService", "LockstepPool", "LockstepJournal", "LockstepHTTP", "KeapSimulator", "OnceHub",
                "ZenPlanner", "ContactSync",
            ], swiftSettings: strict),

        // Stretches of time in the life of gyms, run in virtual time: for benchmarks and tests.
        .target(
            name: "LockstepTraces",
            dependencies: [
                "LockstepService", "LockstepPool", "LockstepJournal", "LockstepSimulation", "LockstepLimits",
                "LockstepHTTP", "Keap", "KeapSimulator",
            ], swiftSettings: strict),
        .executableTarget(
            name: "LockstepBenchmarks",
            dependencies: [
                "LockstepService", "LockstepPool", "LockstepHTTP", "LockstepJournal", "LockstepTraces",
            ],
            path: "Benchmarks", swiftSettings: strict),

        .testTarget(name: "LockstepSimulationTests", dependencies: ["LockstepSimulation"], swiftSettings: strict),
        .testTarget(
            name: "LockstepJournalTests", dependencies: ["LockstepJournal", "LockstepSimulation"],
            swiftSettings: strict),
        .testTarget(name: "LockstepLimitsTests", dependencies: ["LockstepLimits"], swiftSettings: strict),
        .testTarget(name: "WireFormatsTests", dependencies: ["WireFormats"], swiftSettings: strict),
        .testTarget(name: "LockstepHTTPTests", dependencies: ["LockstepHTTP"], swiftSettings: strict),
        .testTarget(
            name: "LockstepPoolTests", dependencies: ["LockstepPool", "LockstepJournal", "LockstepSimulation"],
            swiftSettings: strict),
        .testTarget(
            name: "KeapTests", dependencies: ["Keap", "KeapSimulator", "LockstepLimits", "WireFormats"],
            swiftSettings: strict),
        .testTarget(
            name: "KeapSimulatorTests", dependencies: ["KeapSimulator", "LockstepSimulation"], swiftSettings: strict),
        .testTarget(name: "ContactSyncTests", dependencies: ["ContactSync", "Keap"], swiftSettings: strict),
        .testTarget(
            name: "ZenPlannerTests", dependencies: ["ZenPlanner", "ContactSync", "WireFormats"], swiftSettings: strict),
        .testTarget(
            name: "OnceHubTests", dependencies: ["OnceHub", "ContactSync", "Keap", "KeapSimulator", "LockstepLimits"],
            swiftSettings: strict),
        .testTarget(
            name: "LockstepServiceTests",
            dependencies: [
                "LockstepService", "KeapSimulator", "LockstepHTTP", "LockstepLimits", "Keap", "ContactSync",
                "ZenPlanner", "OnceHub", "LockstepPool", "LockstepJournal", "LockstepSimulation",
            ], swiftSettings: strict),
        .testTarget(
            name: "LockstepTracesTests",
            dependencies: ["LockstepTraces", "KeapSimulator", "LockstepSimulation"], swiftSettings: strict),
        .testTarget(
            name: "LockstepCommandTests", dependencies: ["lockstep", "ZenPlanner", "ContactSync"], swiftSettings: strict
        ),
        // Runs the built program in processes of its own, and kills them.
        .testTarget(name: "LockstepProcessTests", dependencies: ["lockstep"], swiftSettings: strict),
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

// LOCKSTEP_TESTS=KeapTests,LockstepPoolTests builds these test targets and what they need, and nothing else: for a quick
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
