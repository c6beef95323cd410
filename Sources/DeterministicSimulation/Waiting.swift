/// Returns once it is so. For what threads, sockets and other processes do, which wakes no task: it is looked for again
/// and again, with pauses in which others compute. However long a busy machine takes, it waits; a cancelled test, as at
/// its time limit, ends.
package func until(_ isSo: () async throws -> Bool) async throws {
    while try await !isSo() { try await Task.sleep(for: .milliseconds(1)) }
}
