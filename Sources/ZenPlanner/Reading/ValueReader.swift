import Connectors
import ContactSync
import Foundation
import WireFormats

/// Reads the value of one field of a person. A value that cannot be used is left out, with a note.
struct ValueReader {
    let dateOrder: DateOrder

    /// `value` is nil for one that was left out, and for one that says nothing.
    struct Answer: Equatable {
        var value: FieldValue?
        var note: AttentionNote?
    }

    /// A value as text, before its field decides about it.
    private enum Plain {
        case text(String)
        /// Read, but worth a note, to stand after "it".
        case doubtful(String, String)
        case absent
        /// Why, to stand after "it".
        case unusable(String)
    }

    func read(_ content: MessageValue, of field: SyncedField) -> Answer {
        let title = field.title
        switch Self.plain(content, takesNumbers: field.takesNumbers) {
        case .absent: return Answer()
        case .unusable(let why): return leftOut(content, title, field.rawValue, why)
        case .text(let text): return read(text, of: field, content, doubt: nil)
        case .doubtful(let text, let doubt): return read(text, of: field, content, doubt: doubt)
        }
    }

    private func read(_ text: String, of field: SyncedField, _ content: MessageValue, doubt: String?) -> Answer {
        if text.isEmpty { return Answer(value: .empty) }
        switch meaning(of: text, field) {
        case .success(let value):
            let note = doubt.map {
                AttentionNote(
                    "\(field.title) \(quoted(content.shown)) \($0).", field: field.rawValue, value: content.shown)
            }
            return Answer(value: FieldValue(value), note: note)
        case .failure(let problem): return leftOut(content, field.title, field.rawValue, problem.why)
        }
    }

    /// A person's status.
    func status(_ content: MessageValue) -> Answer {
        switch Self.plain(content, takesNumbers: false) {
        case .absent: return Answer()
        case .text(""): return Answer(value: .empty)
        case .unusable(let why): return leftOut(content, "The status", "status", why)
        case .text(let text), .doubtful(let text, _):
            guard let word = Self.word(.text(text)) else {
                return leftOut(content, "The status", "status", "stands for no status")
            }
            return Answer(value: .value(word))
        }
    }

    /// A word that names something: nil for anything else.
    static func word(_ content: MessageValue) -> String? {
        switch plain(content, takesNumbers: false) {
        case .absent, .unusable: return nil
        case .text(let text), .doubtful(let text, _):
            let word = text.withoutMarksAndJoiners
            guard !word.isEmpty, !Placeholder.isOne(word), !SpreadsheetText.isHashes(word),
                !SpreadsheetText.isFormula(word)
            else { return nil }
            return word
        }
    }

    static func id(_ content: MessageValue) -> SourceID.Reading {
        switch content {
        case .text(let text), .number(let text): SourceID.read(text)
        case .broken: .damaged("has lost a character on its way")
        case .null: .none
        case .flag: .damaged("is true or false")
        case .list, .object: .damaged("is a list or an object")
        }
    }

    // MARK: By field

    private struct Problem: Error {
        var why: String
        init(_ why: String) { self.why = why }
    }

    private func meaning(of text: String, _ field: SyncedField) -> Result<String, Problem> {
        switch field {
        case .birthDate, .signupDate: return date(text)
        case .email: return email(text)
        case .mobilePhone:
            switch PhoneText.read(text) {
            case .number(let number): return .success(number)
            case .none: return .success("")
            case .unreadable(let why): return .failure(Problem(why))
            }
        // What a spreadsheet took from a zip code is put back where its country is known.
        case .zip: return Placeholder.isOne(text) ? .failure(Problem("stands for no zip code")) : .success(text)
        case .country where text == "NA": return .success(text)
        case .firstName, .lastName: return words(text, as: .name)
        case .prospectSource: return words(text, as: .answer)
        case .address1, .address2, .city, .state, .country: return words(text, as: .other)
        }
    }

    private func words(_ text: String, as place: Placeholder.Place) -> Result<String, Problem> {
        if SpreadsheetText.isHashes(text) { return .failure(Problem(SpreadsheetText.isHashesReason)) }
        if Placeholder.isOne(text, as: place) { return .failure(Problem("stands for no value")) }
        guard SpreadsheetText.isFormula(text) else { return .success(text) }
        let inner = SpreadsheetText.unwrapped(text)
        return SpreadsheetText.isFormula(inner) || inner.isEmpty
            ? .failure(Problem(SpreadsheetText.isFormulaReason)) : .success(inner)
    }

    private func date(_ text: String) -> Result<String, Problem> {
        if SpreadsheetText.isHashes(text) { return .failure(Problem(SpreadsheetText.isHashesReason)) }
        var plain = text
        if !plain.utf8.allSatisfy({ $0 < 0x80 }) {
            plain = plain.withoutMarksAndJoiners.precomposedStringWithCompatibilityMapping
        }
        plain = SpreadsheetText.unwrapped(plain)
        if plain.isEmpty || Placeholder.isOne(plain) { return .failure(Problem("stands for no date")) }
        switch CalendarDay.read(plain, order: dateOrder) {
        case .day(let day): return .success(day.description)
        case .noDate: return .failure(Problem("stands for no date"))
        case nil:
            return .failure(
                Problem(
                    "is no date of the form yyyy-MM-dd, \(dateOrder.rawValue) (see zenPlanner.dateOrder) or Feb 7, 2026"
                ))
        }
    }

    private func email(_ text: String) -> Result<String, Problem> {
        switch EmailAddress.read(text) {
        case .address(let address): .success(address)
        case .none: .success("")
        case .several: .failure(Problem("holds more than one e-mail address"))
        case .unreadable: .failure(Problem("is no e-mail address"))
        }
    }

    // MARK: By type

    private static func plain(_ content: MessageValue, takesNumbers: Bool) -> Plain {
        switch content {
        case .null: return .absent
        case .flag: return .unusable("is true or false, where a text is expected")
        case .list: return .unusable("is a list, where a text is expected")
        case .object: return .unusable("is an object, where a text is expected")
        case .number(let digits):
            return takesNumbers ? .text(digits) : .unusable("is a number, where a text is expected")
        case .broken(let text):
            return .doubtful(text.tidied, "came with half a character, and was sent with \u{FFFD} in its place")
        case .text(let text):
            switch GarbledText.read(text) {
            // A web form may have escaped what was typed into it.
            case .clean: return .text(text.withoutMarkupEscapes.tidied)
            case .restored(let read):
                return .doubtful(
                    read.withoutMarkupEscapes.tidied, "came in a wrong encoding, and was read as \(quoted(read))")
            case .lost: return .unusable("has lost characters on its way, by a wrong encoding")
            }
        }
    }

    private func leftOut(_ content: MessageValue, _ title: String, _ field: String, _ why: String) -> Answer {
        Answer(
            note: AttentionNote(
                "\(title) \(quoted(content.shown)) was left out: it \(why). What Keap has stays.", field: field,
                value: content.shown))
    }
}

extension SyncedField {
    /// Whether a number of JSON's says as much as its digits would as text. Of a name it does not.
    fileprivate var takesNumbers: Bool {
        switch self {
        case .mobilePhone, .zip, .address1, .address2: true
        default: false
        }
    }
}
