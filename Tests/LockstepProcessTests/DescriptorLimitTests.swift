import Testing

/// The program within few descriptors: crowds of connections and a Keap that hangs neither end it nor stop it.
@Suite(.serialized) struct DescriptorLimitTests {
    @Test(.timeLimit(.minutes(30)))
    func `a limit below 128 is refused with a sentence and exit code 1`() async throws {
        let program = try RunningProgram(["serve", "--config", "/nonexistent"], descriptors: 127)
        #expect(await program.wait() == 1)
        #expect(program.output.contains("127") && program.output.contains("at least 128"))
    }

    @Test(.timeLimit(.minutes(30)), arguments: [128, 256, 1_024])
    func `idle crowds and hanging accounts end nothing, and another gym is delivered`(limit: Int) async throws {
        let keys = (0...12).map { "K\($0)" }
        let crowd = try await Crowd(keys: keys, descriptors: limit)
        for key in keys.dropLast() {
            try await crowd.playFault(#"{"action": "hang", "for": 600, "match": {"account": "\#(key)"}}"#)
        }
        let idle = crowd.connectIdly(1_100, to: crowd.intake) + crowd.connectIdly(300, to: crowd.admin)
        #expect(idle.count > limit, "the crowd is larger than what the process can hold")
        for person in 0..<5 {
            for gym in 0...12 { try await crowd.post(person, to: gym) }
        }
        // What hangs is given up after its time-out; from then on it leaves room for the others.
        try await crowd.untilDone(gym: 12, count: 5)
        let more = crowd.connectIdly(200, to: crowd.intake)
        for person in 5..<10 { try await crowd.post(person, to: 12) }
        try await crowd.untilDone(gym: 12, count: 10)
        crowd.disconnect(idle + more)
        #expect(await crowd.service.terminate() == 0)
    }
}
