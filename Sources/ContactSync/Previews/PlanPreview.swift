import Connectors
import Keap

/// Tells in sentences what a change would do, without doing it. Assumes that searches find nothing.
package struct PlanPreview {
    private var directory: TagDirectory
    private let settings: SyncSettings
    private var lines: [String] = []

    package static func lines(
        of change: Change, mirror: Mirror, directory: TagDirectory, settings: SyncSettings
    ) -> [String] {
        var preview = PlanPreview(directory: directory, settings: settings)
        switch change {
        case .person(let person): preview.follow(person.wanted(after: mirror), mirror)
        case .contact(let change): preview.follow(change.wanted(after: mirror), mirror)
        case .program(let change): preview.follow(change)
        }
        return preview.lines.isEmpty ? ["Nothing to do: Keap has all of this already."] : preview.lines
    }

    private init(directory: TagDirectory, settings: SyncSettings) {
        self.directory = directory
        self.settings = settings
    }

    // MARK: A person

    /// Later than every job there is: a preview is about now.
    private static let now = UInt64.max

    private mutating func follow(_ wanted: DesiredContact, _ mirror: Mirror) {
        var planner = Planner(wanted, job: PlanPreview.now, mirror: mirror, settings: settings)
        for _ in 0..<DeliveryRun.mostSteps {
            let step = planner.next(directory)
            switch step {
            case .finished:
                lines += planner.attention(directory).map { "Needs attention: \($0.text)" }
                return
            case .impossible(let reason):
                lines.append("Cannot be delivered: \(reason)")
                return
            default:
                assume(step, &planner)
            }
        }
    }

    private mutating func assume(_ step: PlanStep, _ planner: inout Planner) {
        switch step {
        case .connect:
            lines.append("Find or create the tag category and the custom fields.")
            assumeConnected()
        case .findByID(let id, _, _):
            lines.append("Look for a contact with Zen Planner id \(id).")
            planner.found([], directory)
        case .findByEmail(let email, _):
            lines.append("Look for a contact with e-mail \(email) and the same first and last name.")
            planner.found([], directory)
        case .read(let id, let fields):
            lines.append("Read contact \(id): \(fields.map(\.rawValue).joined(separator: ", ")).")
            planner.read(KeapContact(id: id), fields: fields, directory)
        case .ensureTags(let wanted):
            for tag in wanted { assumeTag(tag, planner.job) }
        case .listTags:
            lines.append("Look which tags of earlier bookings the contact has.")
            planner.listed([])
        case .ensurePersonalTag(let tag):
            lines.append("Find or create the tag \"\(tag.name)\".")
            planner.made(tag, TagID("(\(tag.name))"))
        case .create(let body, _):
            lines.append("If there is none, create the contact with \(describe(body)).")
            planner.created(CreatedContact(id: ContactID("(new)"), isNew: true), directory)
        case .removeTags(let tags, let id):
            lines.append("Take off contact \(id): \(names(tags)).")
            planner.removed(tags)
        case .addTags(let tags, let id):
            lines.append("Apply to contact \(id): \(names(tags)).")
            planner.added(tags, [:])
        case .update(let id, let body):
            lines.append("Update contact \(id): \(describe(body)).")
            planner.updated(directory)
        case .resolve(let needs):
            assume(needs)
        case .findAppointment(let key, _, _):
            lines.append("Look for the appointment of \(key).")
            planner.foundAppointments(key, [])
        case .createAppointment(let key, let body):
            lines.append("Make the appointment \"\(body.title)\" for \(key), from \(body.start.text).")
            planner.willMakeAppointment(key)
            planner.madeAppointment(key, AppointmentID("(new)"))
        case .updateAppointment(let key, _, let body):
            lines.append("Move the appointment of \(key) to \(body.start.text).")
            planner.changedAppointment(key)
        case .deleteAppointment(let key, _, _):
            lines.append("Delete the appointment of \(key).")
            planner.droppedAppointment(key)
        case .finished, .impossible:
            break
        }
    }

    private mutating func assume(_ needs: [ReferenceNeed]) {
        for need in needs {
            switch need {
            case .customField(let label):
                lines.append("Look for the custom field \"\(label)\".")
                directory.references.note(
                    CustomFieldModel(
                        id: CustomFieldID("(\(label))"), label: label, fieldName: label, fieldType: "TEXT"), as: label)
            case .options: directory.references.noteReread(need)
            case .users(let words):
                lines.append("Look for the user \"\(words)\".")
                let user = KeapUser(id: UserID("(\(words))"), givenName: "", familyName: "", emails: [words])
                directory.references.note(users: (directory.references.users ?? []) + [user], lookedFor: [])
            case .record(let kind, let name):
                lines.append("Find or create the \(kind.word) \"\(name)\".")
                directory.references.note(kind, name, RecordID("(\(name))"))
            }
        }
    }

    private mutating func assumeConnected() {
        for name in settings.categories where directory.category(name) == nil {
            directory.categories.append(.init(id: CategoryID("(new)"), name: name))
        }
        directory.tagsListedFor = settings.tagNaming
        for field in settings.ownFields where !directory.knows(field, settings: settings) {
            let label = settings.customFields[field]
            directory.customFields[field] = CustomFieldModel(
                id: CustomFieldID("(\(label))"), label: label, fieldName: label, fieldType: "TEXT")
        }
    }

    private mutating func assumeTag(_ wanted: WantedTag, _ job: UInt64) {
        guard let key = directory.key(for: wanted, job: job),
            let name = directory.name(for: key, word: wanted.word, settings: settings)
        else { return }
        lines.append("Find or create the tag \"\(name)\".")
        directory.note(TagID("(\(name))"), name: name, key: key)
    }

    private func names(_ tags: [TagID]) -> String {
        tags.map { tag in directory.records[tag].map { "\"\($0.name)\"" } ?? "tag \(tag)" }.joined(separator: ", ")
    }

    private func describe(_ body: ContactBody) -> String {
        var parts: [String] = []
        func say(_ what: String, _ text: String?) {
            if let text { parts.append(text.isEmpty ? "no \(what)" : "\(what) \"\(text.limited(to: 100))\"") }
        }
        say("first name", body.givenName)
        say("last name", body.familyName)
        say("birth date", body.birthDate)
        say("e-mail", body.emails.map { $0.first { $0.field == settings.slots.email.rawValue }?.email ?? "" })
        if let phones = body.phones { say("phone", phones.first?.number ?? "") }
        if let addresses = body.addresses {
            let entry = addresses.first { $0.field == settings.slots.address.rawValue }
            say("address", AddressParts.fields.compactMap { entry?[$0] }.joined(separator: ", "))
        }
        for field in OwnCustomField.allCases {
            guard let contents = body.customFields, let id = directory.customFields[field]?.id else { continue }
            if let content = contents.first(where: { $0.id == id }) {
                say(settings.customFields[field], content.content.text)
            }
        }
        for (field, text) in body.texts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { say(field.rawValue, text) }
        say("company", body.company?.text)
        for (label, model) in directory.references.fields.sorted(by: { $0.key < $1.key }) {
            if let content = body.customFields?.first(where: { $0.id == model.id }) { say(label, content.content.text) }
        }
        return parts.joined(separator: ", ")
    }

    // MARK: A program

    private mutating func follow(_ change: ProgramChange) {
        directory.announce(change, job: PlanPreview.now)
        let known = directory.subject(of: change, job: PlanPreview.now).map { directory.tags(of: $0.key) } ?? []
        switch change {
        case .renamed(_, _, let newName):
            for (_, record) in known {
                let status = settings.programTag.parts(of: record.name)?.status ?? record.key.word
                let name = settings.programTag.name(program: newName, status: status)
                if name != record.name { lines.append("Rename the tag \"\(record.name)\" to \"\(name)\".") }
            }
        case .deleted:
            for (_, record) in known {
                lines.append("Take \"\(record.name)\" off every contact that wears it.")
                switch settings.onProgramDeleted {
                case .delete: lines.append("Delete the tag \"\(record.name)\".")
                case .rename:
                    lines.append("Rename the tag \"\(record.name)\" to \"\(settings.deletedPrefix)\(record.name)\".")
                }
            }
        }
    }
}
