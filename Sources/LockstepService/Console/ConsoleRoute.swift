/// What a path of the admin address stands for in a browser, beside what programs ask for (`AdminRoute`).
enum ConsoleRoute: Equatable, Sendable {
    case now, gyms, audit
    case asset(String), events
    case signIn, signOut
    /// A button of a page.
    case press(ConsoleAction)

    init?(_ path: [String], method: String) {
        if method == "POST" {
            switch path {
            case ["sign-in"]: self = .signIn
            case ["sign-out"]: self = .signOut
            default:
                guard let action = ConsoleAction(path) else { return nil }
                self = .press(action)
            }
            return
        }
        switch (path.first, path.count) {
        case (nil, 0): self = .now
        case ("gyms", 1): self = .gyms
        case ("audit", 1): self = .audit
        case ("events", 1): self = .events
        case ("assets", 2): self = .asset(path[1])
        default: return nil
        }
    }

    /// Whether a stranger may ask for it.
    var isOpen: Bool {
        switch self {
        case .asset, .signIn: true
        default: false
        }
    }

    /// Which methods a path takes; nil: there is nothing.
    static func methods(of path: [String]) -> [String]? {
        if ConsoleRoute(path, method: "GET") != nil { return ["GET", "HEAD"] }
        if ConsoleRoute(path, method: "POST") != nil { return ["POST"] }
        return nil
    }
}

/// What a button of a page does.
enum ConsoleAction: Equatable, Sendable {
    case pause(gym: String), resume(gym: String)
    case retry(job: String), discard(job: String)
    /// Dead letters of one gym, or of all.
    case retryAll

    init?(_ path: [String]) {
        switch (path.first, path.count, path.last) {
        case ("gyms", 3, "pause"): self = .pause(gym: path[1])
        case ("gyms", 3, "resume"): self = .resume(gym: path[1])
        case ("jobs", 3, "retry"): self = .retry(job: path[1])
        case ("jobs", 3, "discard"): self = .discard(job: path[1])
        case ("dead", 2, "retry"): self = .retryAll
        default: return nil
        }
    }

    var link: ConsoleLink {
        switch self {
        case .pause(let gym): ConsoleLink(["gyms", gym, "pause"])
        case .resume(let gym): ConsoleLink(["gyms", gym, "resume"])
        case .retry(let job): ConsoleLink(["jobs", job, "retry"])
        case .discard(let job): ConsoleLink(["jobs", job, "discard"])
        case .retryAll: ConsoleLink(["dead", "retry"])
        }
    }
}
