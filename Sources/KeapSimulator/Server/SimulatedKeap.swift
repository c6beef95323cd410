package import EmbeddedHTTP
import Synchronization

/// The simulated Keap on a socket. All decisions are the world's; what is added here is time: answers that are late,
/// never come, or end in a reset, clients that do not wait for them, and deliveries to hooks on loopback.
package final class SimulatedKeap: Sendable {
    package struct Options: Sendable {
        package var world = WorldOptions()
        package var listen = ListenAddress(host: "127.0.0.1", port: 0)
        package var limits = HTTPLimits()
        /// Whether `/_simulator` answers. It does not authenticate, so by default only loopback has it.
        package var isControllable: Bool?
        /// How long `stop` waits for requests that are under way. Hung ones never end by themselves.
        package var grace: Duration = .milliseconds(200)
        /// The time of day. The default is the machine's, made steady: it never goes back.
        package var clock: @Sendable () -> WorldTime = WallClock.steady()

        package init() {}
    }

    private let world: SharedWorld
    private let server: HTTPServer
    private let courier: HookCourier
    private let grace: Duration

    package init(_ options: Options = Options()) {
        let world = SharedWorld(KeapWorld(options.world), clock: options.clock)
        let isControllable = options.isControllable ?? options.listen.isLoopback
        self.world = world
        let courier = HookCourier(world)
        self.courier = courier
        grace = options.grace
        server = HTTPServer(listen: options.listen, limits: options.limits) { request in
            let request = SimRequest(request)
            defer { courier.wake() }
            if request.path.first == "_simulator" {
                guard isControllable else { return .response(HTTPResponse(status: 404)) }
                return .response(HTTPResponse(world.change { $0.control(request, at: $1) }))
            }
            return await SimulatedKeap.serve(request, in: world)
        }
    }

    /// - Returns: The port.
    package func start() throws(HTTPServerError) -> Int {
        let port = try server.start()
        courier.start()
        return port
    }

    package func stop() async {
        courier.stop()
        await server.stop(grace: grace)
    }

    /// Reads or changes the world between two requests; `body` is given the present instant.
    package func change<Result: Sendable>(_ body: @Sendable (inout KeapWorld, WorldTime) -> Result) -> Result {
        defer { courier.wake() }
        return world.change(body)
    }

    private static func serve(_ request: SimRequest, in world: SharedWorld) async -> HTTPAnswer {
        let (number, answer) = world.change { $0.begin(request, at: $1) }
        // The server cancels this task when the client goes away; only then does sleeping throw.
        func waited(_ milliseconds: Int) async -> Bool {
            do {
                try await Task.sleep(for: .milliseconds(milliseconds))
                return true
            } catch {
                return false
            }
        }
        let ending: AuditedRequest.Ending =
            switch answer.delivery {
            case .atOnce: .answered
            case .after(let milliseconds): await waited(milliseconds) ? .answered : .dropped
            case .never(let milliseconds): await waited(milliseconds) ? .reset : .dropped
            case .reset: .reset
            }
        // Before the answer is sent: a client may ask again the moment it has it.
        world.change { $0.end(number, ending, at: $1) }
        return ending == .answered ? .response(HTTPResponse(answer)) : .reset
    }
}

/// The world behind a lock, and the clock that tells it the time. The time is read with the lock held, so that requests
/// come to the world in the order of their instants.
final class SharedWorld: Sendable {
    private let world: Mutex<KeapWorld>
    private let clock: @Sendable () -> WorldTime

    init(_ world: KeapWorld, clock: @escaping @Sendable () -> WorldTime) {
        self.world = Mutex(world)
        self.clock = clock
    }

    func change<Result: Sendable>(_ body: (inout KeapWorld, WorldTime) -> Result) -> Result {
        world.withLock { body(&$0, clock()) }
    }
}

extension SimRequest {
    fileprivate init(_ request: HTTPRequest) {
        self.init(
            method: request.method, path: request.path, query: request.query, headers: request.headers.fields,
            body: request.body)
    }
}

extension HTTPResponse {
    fileprivate init(_ answer: SimAnswer) {
        self.init(status: answer.status, headers: HTTPHeaders(answer.headers), body: answer.body)
    }
}
