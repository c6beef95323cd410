import AsyncPrimitives
import Keap

extension OneTimeSignal {
    /// Makes a call, and takes it back when the signal fires while the call waits for its permit: it then fails with
    /// `.cancelled`. A call that was sent runs to its end all the same.
    func takingBack<T: Sendable>(
        _ call: @escaping @Sendable () async throws(KeapFailure) -> T
    ) async throws(KeapFailure) -> T {
        let result: Result<T, KeapFailure> = await withTaskGroup(of: Result<T, KeapFailure>?.self) { group in
            group.addTask {
                do throws(KeapFailure) { return .success(try await call()) } catch { return .failure(error) }
            }
            group.addTask { [self] in
                await wait()
                return nil
            }
            while let ended = await group.next() {
                group.cancelAll()
                if let ended { return ended }
            }
            return .failure(.cancelled)
        }
        return try result.get()
    }
}
