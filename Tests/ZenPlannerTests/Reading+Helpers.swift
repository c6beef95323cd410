import ContactSync
import ZenPlanner

/// What the reader makes of a form, as a change or a reason.
func readForm(_ body: String, settings: ZenPlannerSettings = .init()) throws -> Reading {
    try ZenPlannerReader(settings: settings)
        .read(contentType: "application/x-www-form-urlencoded", body: Array(body.utf8))
}

func readJSON(_ body: String, settings: ZenPlannerSettings = .init()) throws -> Reading {
    try ZenPlannerReader(settings: settings).read(contentType: "application/json", body: Array(body.utf8))
}

extension Reading {
    var person: PersonSnapshot? {
        if case .change(.person(let person), _) = self { person } else { nil }
    }

    var program: ProgramChange? {
        if case .change(.program(let change), _) = self { change } else { nil }
    }

    var ignored: [String] {
        switch self {
        case .change(_, let ignored), .unplaced(_, let ignored): ignored
        }
    }

    /// Empty for a change.
    var reason: String {
        if case .unplaced(let reason, _) = self { reason } else { "" }
    }
}
