import ContactSync

/// Turns the body of a Zen Planner web hook into a change.
///
/// Reads the same message in the same way every time, so that a stored one can be read again once its gym's settings
/// have been mended.
package struct ZenPlannerReader: Sendable {
    private let settings: ZenPlannerSettings

    package init(settings: ZenPlannerSettings = ZenPlannerSettings()) { self.settings = settings }

    /// - Throws: what must be answered to the sender, because the bytes themselves cannot be taken apart. A message that
    ///   can be, but says nothing we can place, is no error: it is worth keeping until the settings are mended.
    package func read(contentType: String?, body: [UInt8]) throws(ZenPlannerReadError) -> Reading {
        try read(contentType: contentType, body: body, .everything)
    }

    /// As far as `scope` says: with a smaller one a person has fewer values, and all else is the same.
    func read(contentType: String?, body: [UInt8], _ scope: ReadingScope) throws(ZenPlannerReadError) -> Reading {
        let message: Message
        switch try MessageBody(settings: settings).decode(contentType: contentType, body: body) {
        case .message(let fields): message = fields
        case .several(let count):
            return .unplaced(reason: "The message is a list of \(count) records, where one is expected.", ignored: [])
        }
        do {
            return try place(message, scope)
        } catch {
            return .unplaced(reason: error.reason, ignored: message.firstNames())
        }
    }

    /// A row of a report, as ``PeopleReport`` writes it. Reports name no ids, so a person may do without.
    package func read(report form: [UInt8]) -> Reading {
        do throws(ZenPlannerReadError) {
            guard case .message(let row) = try MessageBody(settings: settings).decode(contentType: nil, body: form)
            else {
                return .unplaced(reason: "The row is not the form of one person.", ignored: [])
            }
            do throws(Unplaced) {
                let reader = PersonReader(
                    fields: CarriedFields(row, settings.names), settings: settings, needsID: false)
                return .change(.person(try reader.snapshot(.everything)), ignored: reader.unknownNames)
            } catch {
                return .unplaced(reason: error.reason, ignored: row.firstNames())
            }
        } catch {
            return .unplaced(reason: error.sentence, ignored: [])
        }
    }

    private func place(_ message: Message, _ scope: ReadingScope) throws(Unplaced) -> Reading {
        let fields = CarriedFields(message, settings.names)
        switch try MessageKind(of: fields) {
        case .person:
            let reader = PersonReader(fields: fields, settings: settings)
            return .change(.person(try reader.snapshot(scope)), ignored: reader.unknownNames)
        case .program(let event):
            let program = CarriedFields(message.unwrapping([FieldName("program")]), settings.names)
            return .change(.program(try ProgramEventReader(fields: program).change(event)), ignored: [])
        }
    }
}
