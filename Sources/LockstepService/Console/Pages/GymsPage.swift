/// All gyms, a row each.
struct GymsPage: Sendable {
    var gyms: [GymAnswer]
    var canWrite: Bool
    var times: ConsoleTimes

    var page: ConsolePage {
        var page = ConsolePage(title: "Gyms", tab: .gyms)
        page.add { HTML.tag(.h1, text: "Gyms") }
        var columns: [ConsoleTable.Column] = [
            .text("Gym"), .text("State"), .number("Waiting"), .text("Oldest"), .number("Dead"), .text("Keap"),
            .number("Day used"),
        ]
        if canWrite { columns.append(.text("Action")) }
        let table = ConsoleTable(
            caption: "Gyms", columns: columns, rows: gyms.map(row), empty: "No gym is configured.")
        page.addLive("gyms") { table.html }
        return page
    }

    private func row(_ gym: GymAnswer) -> ConsoleTable.Row {
        let id = "gym-\(gym.id)"
        var cells: [HTML] = [
            .tag(.bdi, .id(id), text: gym.name ?? gym.id),
            gym.mark, .text(ConsoleNumbers.grouped(gym.waiting)),
            gym.oldestPendingAt.map(times.ago) ?? "–",
            .tag(.span, gym.dead == 0 ? nil : .class("bad"), text: ConsoleNumbers.grouped(gym.dead)),
            gym.keapMark, .text(gym.dayShare ?? "–"),
        ]
        if canWrite { cells.append(gym.pauseForm(back: "/gyms", about: id)) }
        return .init(key: gym.id, cells: cells)
    }
}

extension GymAnswer {
    var waiting: Int { jobs.reduce(0) { $0 + ($1.key == "dead" ? 0 : $1.value) } }
    var dead: Int { jobs["dead"] ?? 0 }

    var mark: HTML {
        if !isConfigured { return ConsoleMark.off.shown("not configured") }
        if isPaused { return ConsoleMark.hold.shown("paused") }
        if let running = jobs["running"], running > 0 { return ConsoleMark.busy.shown("delivering") }
        return waiting > 0 ? ConsoleMark.wait.shown("waiting") : ConsoleMark.good.shown("in step")
    }

    var keapMark: HTML {
        guard let keap else { return "–" }
        switch keap.circuit {
        case "closed":
            return (keap.failingEndpoints ?? [:]).isEmpty
                ? ConsoleMark.good.shown("answers") : ConsoleMark.wait.shown("fails some calls")
        case "open": return ConsoleMark.bad.shown("fails")
        default: return ConsoleMark.bad.shown(keap.circuit)
        }
    }

    /// Of its own day's calls, else of those of its client.
    var dayShare: String? {
        let windows = keap?.windows ?? []
        guard
            let day = windows.last(where: { $0.window == "tenantDay" }) ?? windows.last(where: { $0.window == "day" }),
            day.limit > 0
        else { return nil }
        return "\(Int((Double(day.used) / Double(day.limit) * 100).rounded())) %"
    }

    /// Pause or resume, whichever can be done.
    func pauseForm(back: String, about: String?) -> HTML {
        guard isConfigured else { return .nothing }
        return ConsoleForm(
            action: isPaused ? .resume(gym: id) : .pause(gym: id), label: isPaused ? "Resume" : "Pause", back: back,
            about: about
        ).html
    }
}
