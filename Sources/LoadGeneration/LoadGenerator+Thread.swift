import Foundation

extension LoadGenerator {
    /// The same on a thread of its own, on which `request`, `isStopped` and `ended` are called.
    package func runOnThread(
        _ arrivals: LoadState.Arrivals, request: @escaping @Sendable (Int) -> [UInt8],
        isStopped: @escaping @Sendable () -> Bool = { false }, ended: @escaping @Sendable (Ended) -> Void
    ) async throws(LoadFailure) -> UInt64 {
        let result: Result<UInt64, LoadFailure> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let result: Result<UInt64, LoadFailure>
                do throws(LoadFailure) {
                    result = .success(try run(arrivals, request: request, isStopped: isStopped, ended: ended))
                } catch {
                    result = .failure(error)
                }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}
