import Clocks
import DurableQueue
import ConfigurationReading
import EmbeddedHTTP
import WireFormats

/// The console: pages for people, made of the same values as the answers to programs.
extension AdminRoutes {
    /// What a page is made for.
    struct Viewer: Sendable {
        var caller: AdminCaller
        var canWrite: Bool { caller.role == .admin }
    }

    func console(_ request: HTTPRequest, at route: ConsoleRoute, by caller: AdminCaller?) async -> HTTPAnswer {
        switch route {
        case .asset(let name):
            guard let asset = ConsoleAssets.all.asset(name) else {
                return .response(.error(404, "there is no such file; load the page again"))
            }
            return .response(ConsoleAnswer.asset(asset))
        case .signIn: return .response(await signIn(request))
        case .signOut:
            return .response(
                ConsoleAnswer.seeOther("/", cookie: SessionCookie.clearing(isSecure: Self.isBehindTLS(request))))
        default: break
        }
        guard let caller else { return .response(signInForm(for: request)) }
        switch route {
        case .events: return await events(request, by: caller)
        case .press(let action): return .response(await press(action, request, by: caller))
        default: return await shown(request, at: route, by: caller)
        }
    }

    private func shown(_ request: HTTPRequest, at route: ConsoleRoute, by caller: AdminCaller) async -> HTTPAnswer {
        do {
            let page = try await page(route, request.query, for: Viewer(caller: caller), view: request.target)
            return .response(answer(page, to: request, by: caller))
        } catch {
            let (status, sentence) = Self.reason(error)
            return .response(answer(.refusal(status, sentence), to: request, by: caller))
        }
    }

    /// - Parameter view: the page's own path and query, for forms that lead back to it.
    func page(
        _ route: ConsoleRoute, _ query: [(name: String, value: String)], for viewer: Viewer, view: String
    ) async throws -> ConsolePage {
        let times = ConsoleTimes(now: clock.wall.milliseconds)
        switch route {
        case .now: return await nowPage(times)
        case .gyms: return GymsPage(gyms: await gymAnswers(), canWrite: viewer.canWrite, times: times).page
        case .audit: return AuditPage(entries: await audit.entries(), times: times).page
        default: throw Refusal(404, "there is nothing here")
        }
    }

    func answer(_ page: ConsolePage, to request: HTTPRequest, by caller: AdminCaller?) -> HTTPResponse {
        let frame = PageFrame(caller: caller, view: request.target, assets: .all)
        return ConsoleAnswer.page(page.status, frame.document(page))
    }

    static func reason(_ error: any Error) -> (status: Int, sentence: String) {
        switch error {
        case let refusal as Refusal: (refusal.status, refusal.sentence)
        case let error as QueueError: (error.status, error.description)
        default: (500, "\(error)")
        }
    }

    // MARK: Signing in

    private func signIn(_ request: HTTPRequest) async -> HTTPResponse {
        let form = try? FormBody(decoding: request.body, maxFields: 10)  // what is none has no token
        let back = ConsoleBack(form?["back"]).path
        guard let given = form?["token"], let role = door.role(ofToken: given),
            let cookie = door.session(of: role, now: clock.wall.milliseconds / 1_000)
        else {
            refusedSignIns.note(.signIn)
            return answer(
                .signIn(back: back, failure: "That is no token of this service.", status: 401), to: request, by: nil)
        }
        let who = AdminCaller(role: role, proof: .cookie)
        await record("Sign in", "the console", "done", by: who)
        return ConsoleAnswer.seeOther(
            back, cookie: SessionCookie.setting(cookie, isSecure: Self.isBehindTLS(request)))
    }

    func signInForm(for request: HTTPRequest) -> HTTPResponse {
        let isRead = request.method == "GET" || request.method == "HEAD"
        var response = answer(
            .signIn(back: isRead ? request.target : "/", status: request.path.isEmpty ? 200 : 401), to: request, by: nil
        )
        if response.status == 401 { response.headers["WWW-Authenticate"] = "Bearer" }
        return response
    }

    /// What a proxy that ends TLS says; a stranger who says so harms only their own cookie.
    private static func isBehindTLS(_ request: HTTPRequest) -> Bool {
        request.headers["X-Forwarded-Proto"]?.lowercased() == "https"
    }

    // MARK: Events

    private func events(_ request: HTTPRequest, by caller: AdminCaller) async -> HTTPAnswer {
        let view = request.query.first { $0.name == "view" }?.value ?? "/"
        guard let parsed = RequestTarget.parse(view), let route = ConsoleRoute(parsed.path, method: "GET"),
            let first = try? await page(route, parsed.query, for: Viewer(caller: caller), view: view),
            !first.regions.isEmpty
        else { return Reply.error(404, "there is no page to follow at “\(view)”") }
        let seen =
            request.headers["Last-Event-ID"] ?? request.query.first { $0.name == "seen" }?.value ?? ""
        let stream = LiveStream(seen: seen, clock: clock) { [self] in
            // Signed out, or the configuration was read again: the browser comes back and is answered anew.
            guard !life.isOver, door.caller(of: request, now: clock.wall.milliseconds / 1_000) == caller else {
                return nil
            }
            // A page that is no more, such as that of a discarded job: the browser asks for it again, and is told.
            return try? await page(route, parsed.query, for: Viewer(caller: caller), view: view).regions
        }
        return ConsoleAnswer.stream { await stream.next() }
    }
}
