import OutboundAPI
import WireFormats

extension APIResponse {
    /// A page each of whose entries can be read.
    func wholePage<Item>(_ list: String, _ read: (JSONValue) -> Item?) throws(KeapFailure) -> Page<Item> {
        let page = try page(list) { json in json }
        var items: [Item] = []
        items.reserveCapacity(page.items.count)
        for json in page.items {
            guard let item = read(json) else {
                throw .unclear(reason: "An entry of Keap's list of \(list) (\(status)) has no id.")
            }
            items.append(item)
        }
        return Page(items: items, next: page.next)
    }
}

extension JSONValue {
    /// An id; Keap writes 0 where there is none.
    func id<Kind>(of: KeapID<Kind>.Type = KeapID<Kind>.self) -> KeapID<Kind>? {
        guard let text, !text.isEmpty, text != "0" else { return nil }
        return KeapID(text)
    }

    /// A text that says something, as it was typed.
    var words: String? { text.flatMap { $0.isEmpty ? nil : $0.withoutMarkupEscapes } }

    /// A whole number, also one that is written as `1.0` or `1E3`.
    var whole: Int64? { decimal.flatMap { Int64($0) } }

    /// An amount's digits without an exponent and without zeros that mean nothing: `1.0E7` is `10000000`.
    var decimal: String? { text.flatMap(PlainDecimal.init)?.text }

    var flag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text): Bool(text.lowercased())
        default: nil
        }
    }

    /// Of a time that was written instead of a day: the day that stands in it.
    var civilDay: CivilDay? {
        guard case .string(let text) = self else { return nil }
        return CivilDay(text) ?? ISO8601.milliseconds(text).flatMap { _ in CivilDay(String(text.prefix(10))) }
    }

    /// Milliseconds since 1970.
    var time: Int64? {
        guard case .string(let text) = self else { return nil }
        return ISO8601.milliseconds(text)
    }
}

extension KeapMoney {
    /// Reads a `CurrencyValue`; nil without a whole amount.
    init?(_ json: JSONValue?) {
        guard let json, let units = json["amount"]?.whole else { return nil }
        self.init(units: units, currency: json["currency_code"]?.words?.uppercased() ?? "")
    }
}

extension BillingCycle {
    /// Keap's word for it: a subscription's (`MONTH`) or a plan's (`MONTHLY`).
    init?(_ json: JSONValue?) {
        switch json?.text?.uppercased() {
        case "DAY", "DAILY": self = .day
        case "WEEK", "WEEKLY": self = .week
        case "MONTH", "MONTHLY": self = .month
        case "YEAR", "YEARLY": self = .year
        default: return nil
        }
    }
}
