package import ConfigurationReading
package import Connectors
package import ContactSync
package import EmbeddedHTTP

/// Zen Planner, the source of record: web hooks about people and programs, and rows of its reports.
package struct ZenPlannerSource: ContactSource {
    package static let section = "zenPlanner"
    package static let address = "zenplanner/TOKEN"
    package static let tags = [MessageTag.zenPlanner, .zenPlannerReport]
    package static let jobKind: UInt8 = 1
    package static let sendsSnapshots = true
    /// By the token in the address.
    package static let provesSenderByHead = true
    package static let isOfRecord = true
    package static let refusedCalls = """
        the token in the address is not its zenPlanner.token; nothing was stored. If Zen Planner sent it, correct the \
        address under Setup > Web Hooks there
        """

    /// The last part of the web hook's path. Zen Planner signs nothing, so this is what keeps strangers out. Nil: nothing
    /// is let in.
    package let token: Secret?
    package let settings: ZenPlannerSettings
    package let reader: ZenPlannerReader

    package init() { self.init(token: nil, settings: ZenPlannerSettings()) }

    init(token: Secret?, settings: ZenPlannerSettings) {
        self.token = token
        self.settings = settings
        reader = ZenPlannerReader(settings: settings)
    }

    // MARK: Web hook

    package func refusal(of head: HTTPRequest) -> HTTPResponse? {
        guard head.method == "POST" else { return .methodNotAllowed("POST") }
        // One answer for an unknown gym and for a wrong token, so that a stranger does not learn which gyms exist.
        guard let token, let given = head.path.last, isSameSecret(given, token.text) else {
            return .unauthorized("gym or token unknown", scheme: "Web-Hook-Token")
        }
        return .refusingEncoding(of: head)
    }

    package func receive(_ request: HTTPRequest, at now: Int64) -> Reception {
        let message = StoredMessage(
            .zenPlanner, contentType: request.headers["Content-Type"], body: request.body)
        do {
            let reading = try reader.read(contentType: message.contentType, body: message.body, .lane)
            return .received(Received(message, reading))
        } catch {
            switch error {
            case .unsupportedMediaType(let sentence):
                return .refused(.unsupportedMediaType(sentence, taken: Self.mediaTypes))
            case .undecodable(let sentence): return .refused(.error(400, sentence))
            }
        }
    }

    private static let mediaTypes = "application/x-www-form-urlencoded, multipart/form-data, application/json"

    package func read(_ message: StoredMessage) -> DecodedMessage {
        if message.tag == .zenPlannerReport { return DecodedMessage(reader.read(report: message.body)) }
        do {
            return DecodedMessage(try reader.read(contentType: message.contentType, body: message.body))
        } catch {
            return .unplaced(reason: error.sentence)
        }
    }

    // MARK: In Keap

    package func clashes(
        with other: ZenPlannerSource, _ settings: SyncSettings, _ others: SyncSettings, gym: GymID
    ) -> [SettingClash] {
        var clashes: [SettingClash] = []
        if settings.customFields.sourceID.folded == others.customFields.sourceID.folded {
            clashes.append(
                SettingClash(
                    "sync.customFields.zenPlannerID", "keeps its IDs in the same custom field",
                    "one of its own, such as \"Zen Planner ID \(gym)\""))
        }
        if settings.statusTag.meets(others.statusTag) {
            clashes.append(
                SettingClash(
                    "sync.tags.status", "tags of these names", "names of its own, such as \"\(gym) Status: {status}\""))
        }
        if settings.programTag.meets(others.programTag) {
            clashes.append(
                SettingClash(
                    "sync.tags.program", "tags of these names",
                    "names of its own, such as \"\(gym) Program: {program} - {status}\""))
        }
        return clashes
    }

    package func introduction(of gym: GymID) -> SourceIntroduction {
        SourceIntroduction(hook: "/hooks/\(gym)/\(Self.address)")
    }
}

extension MessageTag {
    package static let zenPlanner = MessageTag(rawValue: 1)
    /// A row of a report of Zen Planner's, as `lockstep import` sends it.
    package static let zenPlannerReport = MessageTag(rawValue: 3)
}

extension Received {
    /// - Parameter reading: of a person, at least what decides about the lane.
    package init(_ message: StoredMessage, _ reading: Reading) {
        switch reading {
        case .change(let change, let ignored):
            let arrived: any InboundChange =
                if case .person(let person) = change { ArrivedPerson(person) } else { change }
            self.init(message, .change(arrived), unknownFields: ignored.map(UnknownField.init(zenPlanner:)))
        case .unplaced(let reason, _): self.init(message, .unplaced(reason: reason))
        }
    }
}

extension DecodedMessage {
    fileprivate init(_ reading: Reading) {
        switch reading {
        case .change(let change, _): self = .change(change)
        case .unplaced(let reason, _): self = .unplaced(reason: reason)
        }
    }
}

extension UnknownField {
    fileprivate init(zenPlanner name: String) {
        self.init(
            key: FieldName(name).folded, name: name,
            advice:
                "Zen Planner's messages carry the field \"\(name)\", which is not known here and is not sent to Keap. If it "
                + "is one of a person's fields, set its name under zenPlanner.fields.")
    }
}
