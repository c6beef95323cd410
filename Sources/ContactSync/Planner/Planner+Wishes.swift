import Connectors
import Keap

/// The wishes' share of a plan: what they refer to is found first; then they go with the other fields, in the same
/// read and the same update.
extension Planner {
    /// The wishes that Keap does not meet yet, as far as the mirror knows. A field that the gym's source of record
    /// speaks of is no wish, so that these are written whichever source the contact belongs to.
    var pendingWishes: [FieldRequest] {
        if dropped != nil { return [] }
        return wanted.wishes.filter { wish in
            guard !wish.value.isEmpty else { return false }
            let key = wish.target.key
            if mirror.unclearWishes.contains(key) { return true }
            switch wish.rule {
            case .override: return mirror.wishes[key] != Mirror.stored(wish.value.plain)
            // What is there needs no second look, whichever source wrote it.
            case .fillEmpty: return mirror.wishes[key] == nil
            case .onlyNew: return mirror.contact == nil
            }
        }
    }

    /// The lookups in Keap that must precede writing these.
    func needs(of wishes: [FieldRequest], _ directory: TagDirectory) -> [ReferenceNeed] {
        var needs: [ReferenceNeed] = []
        for wish in wishes {
            let plain = wish.value.plain.trimmed
            switch wish.target {
            case .custom(let label):
                needs.append(.customField(label: label))
                guard let model = directory.references.field(label), let type = model.type else { continue }
                if type.hasOptions, !fits(wish, model) { needs.append(.options(label: label, words: plain)) }
                guard type == .user || type == .userListBox else { continue }
                for word in plain.split(whereSeparator: { ",;".contains($0) }) {
                    needs.append(.users(words: String(word).trimmed))
                }
            case .owner: needs.append(.users(words: plain))
            // What a form took may be of any length, and a search goes into a request's address.
            case .leadSource, .company:
                guard let kind = wish.target.record, plain.fits(KeapLengths.recordName) else { continue }
                needs.append(.record(kind, name: plain))
            case .property, .phone, .email: break
            }
        }
        return needs.filter { !directory.references.answers($0) }
    }

    private func fits(_ wish: FieldRequest, _ model: CustomFieldModel) -> Bool {
        do throws(FieldMisfit) {
            _ = try FieldCodec(reading: wanted.reading).content(of: wish.value, for: model)
            return true
        } catch {
            return false
        }
    }

    /// The pending wishes that can be written, with what they come to.
    func readyWishes(_ directory: TagDirectory) -> [(wish: FieldRequest, content: FieldRequestContent)] {
        pendingWishes.compactMap { wish in
            guard needs(of: [wish], directory).isEmpty else { return nil }
            do throws(FieldMisfit) {
                return (wish, try FieldRequestContent(wish, directory.references, wanted.reading))
            } catch {
                // Left out; `wishNotes` tells of it.
                return nil
            }
        }
    }

    /// Takes what was read of the contact into account: what is there already needs no call.
    mutating func settleWishes(_ directory: TagDirectory) {
        guard let contact else { return }
        for (wish, content) in readyWishes(directory) {
            switch content.standing(of: wish, in: contact) {
            case .same: confirm(wish)
            case .other where wish.rule == .fillEmpty: confirm(wish)
            default: break
            }
        }
    }

    /// More than the settings may name. Beyond, what they no longer name is forgotten.
    static let mostWishes = 64

    mutating func confirm(_ wish: FieldRequest) {
        if mirror.wishes.count >= Planner.mostWishes {
            let named = Set(wanted.wishes.map(\.target.key))
            mirror.wishes = mirror.wishes.filter { named.contains($0.key) }
            mirror.unclearWishes.formIntersection(named)
        }
        mirror.wishes[wish.target.key] = Mirror.stored(wish.value.plain)
        mirror.unclearWishes.remove(wish.target.key)
    }

    /// Values that no field can hold, said at each delivery that carries them.
    func wishNotes(_ directory: TagDirectory) -> [AttentionNote] {
        wanted.wishes.compactMap { wish in
            guard !wish.value.isEmpty, needs(of: [wish], directory).isEmpty else { return nil }
            // Nothing is asked for such a one, so there is no note that it could not be done.
            if wish.rule == .onlyNew, mirror.wishes[wish.target.key] == nil, !hasCreated { return nil }
            do throws(FieldMisfit) {
                _ = try FieldRequestContent(wish, directory.references, wanted.reading)
                return nil
            } catch {
                return error.note
            }
        }
    }

    /// Further properties to read when the contact is loaded, so that requested fields need no read of their own.
    var wishedFields: [ContactField] {
        let fields = Set(wanted.wishes.filter { $0.rule != .onlyNew }.map(\.target.field))
        return ContactField.allCases.filter { fields.contains($0) && !PlanStep.meeting.contains($0) }
    }

    var meeting: [ContactField] { PlanStep.meeting + wishedFields }
}
