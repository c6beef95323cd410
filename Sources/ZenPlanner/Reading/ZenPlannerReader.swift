package import ContactSync

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
        let message: Message
        switch try MessageBody(settings: settings).decode(contentType: contentType, body: body) {
        case .message(let fields): message = fields
        case .several(let count):
            return .unplaced(reason: "The message is a list of \(count) records, where one is expected.", ignored: [])
        }
        do {
            return try place(message)
        } catch {
            return .unplaced(reason: error.reason, ignored: message.names(otherThan: []))
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
                let reader = PersonReader(message: row, settings: settings, needsID: false)
                return .change(.person(try reader.snapshot()), ignored: row.names(otherThan: reader.known))
            } catch {
                return .unplaced(reason: error.reason, ignored: row.names(otherThan: []))
            }
        } catch {
            return .unplaced(reason: error.sentence, ignored: [])
        }
    }

    private func place(_ message: Message) throws(Unplaced) -> Reading {
        switch try MessageKind(of: message, settings: settings) {
        case .person:
            let reader = PersonReader(message: message, settings: settings)
            return .change(.person(try reader.snapshot()), ignored: message.names(otherThan: reader.known))
        case .program(let event):
            let reader = ProgramEventReader(message: message.unwrapping([FieldName("program")]), settings: settings)
            return .change(.program(try reader.change(event)), ignored: [])
        }
    }
}
