/// Compares the simulated Keap's contacts and audit with the model.
struct DemoCheck {
    private(set) var problems: [String] = []
    private(set) var orderViolations = 0
    private let keap: DemoKeap

    init(_ keap: DemoKeap) { self.keap = keap }

    static let identifier = "Zen Planner ID"

    mutating func check(_ gym: DemoWorld.Gym, leavingOut sick: String, programs: [String: String]) {
        let model = DemoModel(gym, leavingOut: sick)
        let fields = keap.get("accounts", gym.account, "rest", "v2", "contacts", "model")
        let models = fields["custom_fields"] as? [[String: Any]] ?? []
        let labels = Dictionary(models.map { ($0["id"] as? String ?? "", $0["label"] as? String ?? "") }) { $1 }
        let contacts = keap.get("accounts", gym.account, "contacts", query: [("limit", "10000")])["contacts"]
        var found: [String: [DemoContact]] = [:]
        var byAddress: [String: [DemoContact]] = [:]
        for object in contacts as? [[String: Any]] ?? [] {
            let contact = DemoContact(object, labels: labels)
            found[contact.custom[Self.identifier] ?? "", default: []].append(contact)
            byAddress[contact.emails["EMAIL1"] ?? "", default: []].append(contact)
        }
        checkBookings(model.bookings, byAddress, gym)
        for (id, expected) in model.people.sorted(by: { $0.key < $1.key }) {
            guard let contact = found[id]?.first, found[id]?.count == 1 else {
                problems.append("\(gym.id): \(id) has \(found[id]?.count ?? 0) contacts instead of one")
                continue
            }
            compare(contact, expected.person, gym, tags: model.tagNames(of: expected.person, originally: programs))
            checkOrder(contact, expected.statuses, gym)
        }
        let strangers = found.keys.filter { model.people[$0] == nil && $0 != sick && !$0.isEmpty }
        if !strangers.isEmpty { problems.append("\(gym.id): contacts of unknown people: \(strangers.sorted())") }
    }

    /// Checks that each person who booked is one contact with the tags of their bookings, and that no other has any.
    private mutating func checkBookings(
        _ model: DemoBookingModel, _ contacts: [String: [DemoContact]], _ gym: DemoWorld.Gym
    ) {
        for customer in model.customers where contacts[customer.email]?.count != 1 {
            problems.append("\(gym.id): \(customer.email) has \(contacts[customer.email]?.count ?? 0) contacts")
        }
        let expected = Dictionary(uniqueKeysWithValues: model.customers.map { ($0.email, model.tags(of: $0)) })
        for (email, bearers) in contacts {
            let worn = bearers[0].tags.filter(DemoBookingModel.isBookingTag)
            guard worn != expected[email] ?? [] else { continue }
            problems.append(
                "\(gym.id): \(email) wears \(worn.sorted()), by their bookings \((expected[email] ?? []).sorted())")
        }
    }

    private mutating func compare(
        _ contact: DemoContact, _ person: DemoPerson, _ gym: DemoWorld.Gym, tags expected: Set<String>
    ) {
        let pairs: [(String, String, String)] = [
            ("first name", contact.givenName, person.firstName), ("last name", contact.familyName, person.lastName),
            ("e-mail", contact.emails["EMAIL1"] ?? "", person.email),
            ("phone", contact.phones["PHONE1"] ?? "", person.mobilePhone),
            ("birthday", contact.birthDate, person.birthDate),
            ("street", contact.street, person.address1), ("city", contact.city, person.city),
            ("signup date", contact.custom["Signup Date"] ?? "", person.signupDate),
            ("prospect source", contact.custom["Prospect Source"] ?? "", person.prospectSource),
        ]
        for (what, is_, should) in pairs where is_ != should {
            problems.append("\(gym.id): \(person.id)'s \(what) is “\(is_)” and should be “\(should)”")
        }
        let own = contact.tags.filter { $0.hasPrefix("ZP ") || $0.hasPrefix("zp_deleted_") }
        if own != expected {
            problems.append("\(gym.id): \(person.id) wears \(own.sorted()) and should wear \(expected.sorted())")
        }
        let wasKnown = gym.known.contains { $0.id == person.id }
        if wasKnown, !contact.tags.contains("VIP") || contact.phones["PHONE2"] == nil {
            problems.append("\(gym.id): \(person.id) lost what was not ours to touch")
        }
    }

    /// The status tags must have come in the order of the messages, each after the one before it had gone.
    private mutating func checkOrder(_ contact: DemoContact, _ statuses: [String], _ gym: DemoWorld.Gym) {
        let story = keap.get("audit", "contacts", contact.id, query: [("account", gym.account)])
        var worn: Set<String> = []
        var applied: [String] = []
        for event in story["events"] as? [[String: Any]] ?? [] {
            guard let name = event["name"] as? String, name.hasPrefix("ZP Status: ") else { continue }
            if event["what"] as? String == "tagRemoved" {
                worn.remove(name)
                continue
            }
            guard event["what"] as? String == "tagApplied" else { continue }
            if (event["request"] as? Int ?? 0) == 0 {
                worn.insert(name)  // worn before Lockstep came
                continue
            }
            if !worn.isEmpty { orderViolations += 1 }
            worn.insert(name)
            applied.append(String(name.dropFirst("ZP Status: ".count)))
        }
        if applied != statuses {
            orderViolations += 1
            problems.append("\(gym.id): contact \(contact.id) showed \(applied), in Zen Planner it was \(statuses)")
        }
    }
}

/// A contact as the simulator tells it.
struct DemoContact {
    var id: String
    var givenName: String
    var familyName: String
    var birthDate: String
    var emails: [String: String]
    var phones: [String: String]
    var street: String
    var city: String
    var custom: [String: String]
    var tags: Set<String>

    init(_ object: [String: Any], labels: [String: String]) {
        func text(_ name: String) -> String { object[name] as? String ?? "" }
        func slots(_ list: String, _ value: String) -> [String: String] {
            let items = object[list] as? [[String: Any]] ?? []
            return Dictionary(items.map { ($0["field"] as? String ?? "", $0[value] as? String ?? "") }) { $1 }
        }
        id = object["id"] as? String ?? String(object["id"] as? Int ?? 0)
        givenName = text("given_name")
        familyName = text("family_name")
        birthDate = text("birth_date")
        emails = slots("email_addresses", "email")
        phones = slots("phone_numbers", "number")
        street = slots("addresses", "line1")["BILLING"] ?? ""
        city = slots("addresses", "locality")["BILLING"] ?? ""
        let fields = object["custom_fields"] as? [[String: Any]] ?? []
        custom = Dictionary(
            fields.map { (labels[$0["id"] as? String ?? ""] ?? "", $0["content"] as? String ?? "") }
        ) { $1 }
        tags = Set(object["tags"] as? [String] ?? [])
    }
}
