import ConfigurationReading
import EmbeddedHTTP

extension AdminRoutes {
    /// One gym's checkup (`?gym=…`, `?settings=…` as its digest), or that of all gyms.
    func check(_ query: [(name: String, value: String)]) async throws -> HTTPAnswer {
        let given = try QueryParameters(query, known: ["gym", "settings"])
        let (gym, settings) = (given["gym"], given["settings"])
        guard let gym else {
            guard settings == nil else { throw Refusal(400, "settings are those of one gym: name it with gym") }
            let all = await CheckRun.sideBySide(checker.configuration.gyms, progress: { _ in }) { found in
                (try? await checker.checkup(of: found.id.description, settings: nil)) ?? ConfigurationCheck(of: found)
            }
            return Reply.json(200, all)
        }
        do {
            return Reply.json(200, try await checker.checkup(of: gym, settings: settings))
        } catch {
            switch error {
            case .noSuchGym: throw Refusal(404, "there is no gym “\(gym)”")
            case .otherSettings:
                throw Refusal(409, "the running service has other settings of gym \(gym); SIGHUP applies the file's")
            }
        }
    }
}
