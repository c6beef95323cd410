import DeterministicSimulation
@testable import Keap

/// The calls of an account behind a scripted transport, with budget to spare.
func calls(_ transport: ScriptedTransport) -> any KeapAPI {
    KeapGateway(transport: transport, budget: FreeBudget(), clock: ManualClock()).calls()
}
