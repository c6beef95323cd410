import Dispatch
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request and its answer, in a session of its own which ends with it.
final class URLSessionExchange: NSObject, URLSessionDataDelegate, Sendable {
    typealias Outcome = Result<APIResponse, TransportFailure>

    private enum State {
        /// Left by `run`, or by being abandoned.
        case new
        /// Left when the answer is whole, or the exchange fails, for whatever reason comes first.
        case running(Running)
        case ended
    }

    private struct Running {
        var continuation: CheckedContinuation<Outcome, Never>
        var session: URLSession
        var timer: Timer
        /// The session waits, or will soon, for what is said of a redirection.
        var isRedirected = false
        var body: [UInt8] = []
    }

    // Dispatch sources may be used from any thread; the library just does not say so to the compiler.
    private struct Timer: @unchecked Sendable {
        let source: any DispatchSourceTimer
    }

    private let state = Mutex(State.new)
    private let peer: String
    private let largestAnswer: Int

    init(with peer: String, largestAnswer: Int) {
        self.peer = peer
        self.largestAnswer = largestAnswer
    }

    func run(_ request: URLRequest, deadline: Duration) async -> Outcome {
        await withCheckedContinuation { continuation in
            let session = URLSession(configuration: Self.configuration, delegate: self, delegateQueue: nil)
            let timer = Timer(source: DispatchSource.makeTimerSource())
            // Foundation's own time-outs count from the last byte; a slow trickle would never meet one.
            timer.source.schedule(deadline: .now() + deadline.seconds)
            timer.source.setEventHandler { [weak self] in
                self?.end(.failure(.unclear("No answer within \(deadline.inWords).")))
            }
            let task = session.dataTask(with: request)
            let begins = state.withLock { state in
                guard case .new = state else { return false }
                state = .running(Running(continuation: continuation, session: session, timer: timer))
                return true
            }
            timer.source.activate()
            guard begins else {
                timer.source.cancel()
                session.invalidateAndCancel()
                continuation.resume(returning: .failure(.notSent("Calls to \(peer) have been stopped.")))
                return
            }
            task.resume()
        }
    }

    func abandon() {
        end(.failure(.unclear("Given up while waiting for \(peer)'s answer.")))
    }

    private func end(_ outcome: Outcome) {
        let running = state.withLock { state -> Running? in
            defer { state = .ended }
            guard case .running(let running) = state else { return nil }
            return running
        }
        guard let running else { return }
        running.timer.source.cancel()
        // A session holds on to its delegate until it is told to stop.
        if !running.isRedirected { running.session.invalidateAndCancel() }
        running.continuation.resume(returning: outcome)
    }

    private static let configuration: URLSessionConfiguration = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        // Ours always comes first.
        configuration.timeoutIntervalForRequest = 3_600
        configuration.timeoutIntervalForResource = 3_600
        return configuration
    }()

    // MARK: What the session reports

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // On Linux a session that is invalidated between this question and the answer ends the whole process. So either
        // the exchange has ended, and the question stays open; or it cannot invalidate the session any more.
        let mayAnswer = update { $0.isRedirected = true } != nil
        // The key would travel to wherever the answer points. The redirection itself is the answer.
        if mayAnswer { completionHandler(nil) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        guard let head = challenge.failureResponse as? HTTPURLResponse else {
            return completionHandler(.performDefaultHandling, nil)
        }
        // A 401 that names a scheme. Left to itself, Foundation on Linux would look for a password and never end.
        end(.success(APIResponse(status: head.statusCode, headers: head.plainHeaders, body: update { $0.body } ?? [])))
        completionHandler(.cancelAuthenticationChallenge, nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let size = update { running in
            // By way of an array: appending `Data` itself goes byte by byte.
            running.body += [UInt8](data)
            return running.body.count
        }
        if let size, size > largestAnswer {
            end(.failure(.unclear("The answer is longer than \(largestAnswer) bytes.")))
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        defer { session.finishTasksAndInvalidate() }
        if let error { return end(.failure(TransportFailure(error))) }
        guard let head = task.response as? HTTPURLResponse, let body = update({ $0.body }) else {
            return end(.failure(.unclear("The connection ended without an answer.")))
        }
        end(.success(APIResponse(status: head.statusCode, headers: head.plainHeaders, body: body)))
    }

    @discardableResult
    private func update<Value: Sendable>(_ body: (inout Running) -> Value) -> Value? {
        state.withLock { state in
            guard case .running(var running) = state else { return nil }
            // So that the bytes are not copied while two places hold them.
            state = .ended
            defer { state = .running(running) }
            return body(&running)
        }
    }
}

extension TransportFailure {
    /// Connections are fresh, so what fails while connecting was never seen by the API. Anything later is unclear.
    init(_ error: any Error) {
        guard let error = error as? URLError else {
            self = .unclear("The connection failed.")
            return
        }
        let reason = "\(error.localizedDescription) (\(error.code.rawValue))"
        switch error.code {
        case .cannotFindHost, .dnsLookupFailed, .cannotConnectToHost, .notConnectedToInternet,
            .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected:
            self = .notSent(reason)
        default:
            self = .unclear(reason)
        }
    }
}

extension HTTPURLResponse {
    fileprivate var plainHeaders: [String: String] {
        var headers: [String: String] = [:]
        for case (let name as String, let value as String) in allHeaderFields { headers[name.lowercased()] = value }
        return headers
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    fileprivate var inWords: String {
        let milliseconds = Int((seconds * 1_000).rounded())
        return milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
