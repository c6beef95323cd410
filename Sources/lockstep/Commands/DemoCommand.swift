import Foundation
import LockstepService

struct DemoCommand: Command {
    static let words = ["demo"]
    static let summary = "a simulated Keap and ChartMogul, a day of changes, and a checked summary"
    static let help = """
        Usage: lockstep demo [--seed N] [--people N] [--edits N] [--minutes N] [--keep] [--json]

        Starts a local Keap, a local ChartMogul and the service on free loopback ports with a journal in a temporary
        directory, connects two of three gyms by OAuth (the third has a key), sends the day as web hooks, breaks Keap for a
        few seconds, and compares what Keap has in the end with an independent model. A fourth gym's bills go to ChartMogul:
        its past, and a payment that comes after the subscription had ended for want of it.
        Exit code 1 if anything differs.

          --seed N      another day (default 1)
          --people N    sign-ups per gym (default 45)
          --edits N     later changes per gym (default 95)
          --minutes N   spread the day over so many minutes, to be watched (default 0: as fast as it goes)
          --keep        stay until Ctrl-C, with all that came of it
          --json        the summary as JSON
        """

    private let seed: Int
    private let people: Int
    private let edits: Int
    private let minutes: Int
    private let keeps: Bool
    private let json: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        seed = try arguments.number("--seed", in: 0...Int.max) ?? 1
        people = try arguments.number("--people", in: 10...5_000) ?? 45
        edits = try arguments.number("--edits", in: 5...50_000) ?? 95
        minutes = try arguments.number("--minutes", in: 0...1_440) ?? 0
        keeps = arguments.flag("--keep")
        json = arguments.flag("--json")
    }

    func run() async throws -> ExitCode {
        let town = DemoWorld(seed: UInt64(seed), peoplePerGym: people, editsPerGym: edits)
        let show = try await DemoShow(town, lasting: .seconds(60 * minutes))
        do {
            let summary = try await show.run { summary in
                Terminal.clearProgress()
                Terminal.print(json ? summary.json : summary.text)
                guard keeps else { return }
                Terminal.note(show.invitation)
                await StopSignals(first: "stopping").first()
            }
            await show.end()
            return summary.isGood ? .done : .failed
        } catch {
            await show.end()
            throw error
        }
    }
}
