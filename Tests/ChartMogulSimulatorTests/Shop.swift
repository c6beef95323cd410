@testable import ChartMogulSimulator

/// A data source with one customer and one monthly plan, and short ways to bill and cancel.
final class Shop {
    let caller: Caller
    let source: String
    let customer: String
    let plan: String

    init(_ adjust: (inout MogulWorld.Options) -> Void = { _ in }) {
        caller = Caller(adjust)
        source = caller.source()
        customer = caller.customer("c1", of: source)
        plan = caller.plan("p1", of: source)
    }

    func line(
        _ id: String, _ start: String, _ end: String, _ amount: Int, _ subscription: String = "s1", plan: String? = nil,
        more: String = ""
    ) -> String {
        #"{"type":"subscription","external_id":"\#(id)","subscription_external_id":"\#(subscription)","#
            + #""plan_uuid":"\#(plan ?? self.plan)","service_period_start":"\#(start)","#
            + #""service_period_end":"\#(end)","amount_in_cents":\#(amount)\#(more)}"#
    }

    func invoice(_ id: String, _ lines: [String], date: String = "2026-01-01", currency: String = "USD") -> String {
        #"{"external_id":"\#(id)","date":"\#(date)","currency":"\#(currency)","line_items":["#
            + lines.joined(separator: ",") + "]}"
    }

    func post(_ invoices: String..., to customer: String? = nil) -> MogulWorld.Answer {
        caller.call(
            "POST", "/v1/import/customers/\(customer ?? self.customer)/invoices",
            #"{"invoices":["# + invoices.joined(separator: ",") + "]}")
    }

    /// Bills one subscription with an invoice of its own.
    @discardableResult
    func bill(
        _ id: String, _ start: String, _ end: String, _ amount: Int, _ subscription: String = "s1", plan: String? = nil,
        currency: String = "USD", more: String = "", to customer: String? = nil
    ) -> String {
        let line = line("l" + id, start, end, amount, subscription, plan: plan, more: more)
        let answer = post(invoice("i" + id, [line], date: start, currency: currency), to: customer)
        return answer.json?["invoices"]?.items?.first?["uuid"]?.text ?? ""
    }

    @discardableResult
    func event(
        _ id: String, _ type: String, _ effective: String, _ subscription: String = "s1", customer: String = "c1",
        more: String = ""
    ) -> MogulWorld.Answer {
        caller.call(
            "POST", "/v1/subscription_events",
            #"{"subscription_event":{"event_type":"\#(type)","external_id":"\#(id)","data_source_uuid":"\#(source)","#
                + #""customer_external_id":"\#(customer)","subscription_external_id":"\#(subscription)","#
                + #""event_date":"\#(effective)","effective_date":"\#(effective)"\#(more)}}"#)
    }

    /// Of the customer with this external id, by month: minor units of dollars.
    func revenue(_ customer: String = "c1", currency: String = "USD", months: Int = 6) -> [Int] {
        var list: [Int] = []
        var month = MogulWorld.Month(year: 2026, month: 1)
        let all = caller.world.monthlyRevenue(account: "gym", from: month, to: MogulWorld.Month(year: 2027, month: 12))
        let own = all.first { $0.customers.contains(customer) }?.months ?? [:]
        for _ in 0..<months {
            list.append(own[month]?[currency] ?? 0)
            month = month.next
        }
        return list
    }
}
