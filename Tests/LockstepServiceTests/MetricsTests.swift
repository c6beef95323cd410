import Testing

@testable import LockstepService

struct MetricsTests {
    /// One line of the page that is no comment.
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double

        init?(_ line: Substring) {
            guard let blank = line.lastIndex(of: " "), let value = Double(line[line.index(after: blank)...]) else {
                return nil
            }
            self.value = value
            let head = line[..<blank]
            guard let brace = head.firstIndex(of: "{") else {
                (name, labels) = (String(head), [:])
                return
            }
            guard head.hasSuffix("}") else { return nil }
            name = String(head[..<brace])
            labels = [:]
            for pair in head[head.index(after: brace)...].dropLast().split(separator: ",") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[1].hasPrefix("\""), parts[1].hasSuffix("\"") else { return nil }
                labels[String(parts[0])] = String(parts[1].dropFirst().dropLast())
            }
        }
    }

    /// The page, taken apart; whatever does not follow the format is an issue.
    private func parse(_ page: String) throws -> [Sample] {
        var kinds: [String: String] = [:]
        var helped: Set<String> = []
        var current = ""
        var seen: Set<String> = []
        var samples: [Sample] = []
        #expect(page.hasSuffix("\n"))
        for line in page.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                #expect(helped.insert(words[2]).inserted, "\(words[2]) has two helps")
                #expect(words.count == 4, "\(words[2]) has no help")
                current = words[2]
            } else if line.hasPrefix("# TYPE ") {
                #expect(words[2] == current, "the type follows the help")
                #expect(kinds.updateValue(words[3], forKey: words[2]) == nil, "\(words[2]) has two types")
            } else {
                let sample = try #require(Sample(line), "\(line)")
                let suffixes = kinds[current] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                #expect(suffixes.contains { sample.name == current + $0 }, "\(sample.name) stands under \(current)")
                #expect(seen.insert(String(line.prefix { $0 != " " })).inserted, "\(line) comes twice")
                if kinds[current] == "counter" { #expect(sample.name.hasSuffix("_total"), "\(sample.name)") }
                samples.append(sample)
            }
        }
        return samples
    }

    @Test(.timeLimit(.minutes(30)))
    func `each sample stands in a family declared before it, once`() async throws {
        let gyms = [
            ServiceHarness.Gym(), ServiceHarness.Gym(id: "uptown", key: "KeapAK-two", token: "token-of-uptown"),
        ]
        try await ServiceHarness.with(gyms) { town in
            try await town.accept(person("zp-1", ["lastName": ""]))
            try await town.accept(["who": "knows"], to: gyms[1])
            _ = try await town.send(person(), to: ServiceHarness.Gym(token: "wrong"))
            try await town.settle()
            let answer = try await town.get("/metrics")
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let samples = try parse(answer.text)
            func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
                samples.first { $0.name == name && $0.labels == labels }?.value
            }
            #expect(value("lockstep_jobs_done_total") == 1)
            #expect(value("lockstep_jobs", ["gym": "uptown", "state": "dead"]) == 1)
            #expect(value("lockstep_jobs", ["gym": "downtown", "state": "waiting"]) == 0)
            #expect(value("lockstep_intake_answers_total", ["status": "202"]) == 2)
            #expect(value("lockstep_intake_answers_total", ["status": "401"]) == 1)
            for (outcome, count) in ["placed": 1.0, "unplaced": 1, "refused": 1, "ignored": 0] {
                #expect(
                    value("lockstep_source_calls_total", ["source": "zenplanner", "outcome": outcome]) == count,
                    "\(outcome)")
            }
            #expect(value("lockstep_source_calls_total", ["source": "oncehub", "outcome": "placed"]) == 0)
            #expect(value("lockstep_attention", ["gym": "downtown"]) == 1)
            #expect(value("lockstep_keap_circuit_open", ["account": "downtown"]) == 0)
            #expect(value("lockstep_journal_failed") == 0)
            let calls = samples.filter { $0.name == "lockstep_keap_calls_total" }.reduce(0) { $0 + $1.value }
            #expect(calls == Double(town.calls))
            let opened = try #require(value("lockstep_connections_opened_total"))
            let reused = try #require(value("lockstep_connections_reused_total"))
            #expect(opened >= 1 && reused >= 1 && opened + reused == calls)
            #expect(value("lockstep_call_answers_total") == calls)
            #expect(value("lockstep_call_repeats_prevented_total") == 0)
            let connecting = try #require(value("lockstep_connect_seconds_total"))
            let waiting = try #require(value("lockstep_first_byte_seconds_total"))
            #expect(connecting > 0 && waiting > connecting)
        }
    }

    @Test(.timeLimit(.minutes(30)))
    func `a histogram's buckets grow, and the last holds all`() async throws {
        try await ServiceHarness.with { town in
            try await town.accept(person())
            try await town.settle()
            let samples = try parse(try await town.get("/metrics").text)
            let buckets = samples.filter { $0.name == "lockstep_journal_sync_seconds_bucket" }
            #expect(buckets.count > 3)
            #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.value <= $1.value })
            let bounds = buckets.compactMap { Double($0.labels["le"] ?? "") }
            #expect(bounds == bounds.sorted())
            #expect(buckets.last?.labels["le"] == "+Inf")
            let count = samples.first { $0.name == "lockstep_journal_sync_seconds_count" }?.value
            #expect(buckets.last?.value == count)
            #expect(count ?? 0 > 0)
        }
    }
}
