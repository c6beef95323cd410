package import WireFormats

package struct SimSubscription: Hashable, Sendable {
    package let id: Int
    package internal(set) var contact: Int
    package internal(set) var product: Int
    package internal(set) var plan: Int
    package internal(set) var isActive = true
    package internal(set) var quantity: Int
    /// In the smallest unit.
    package internal(set) var amount: Int
    package internal(set) var cycle: SimCycle
    package internal(set) var frequency: Int
    package let start: CivilDay
    package internal(set) var lastBill: CivilDay?
    package internal(set) var end: CivilDay?
    package internal(set) var reasonStopped: String?
    package internal(set) var modified: WorldTime
    /// Bill dates are counted from here.
    private var anchor: CivilDay
    private var billed = 0

    init(
        id: Int, contact: Int, product: Int, plan: SimPlan, start: CivilDay, amount: Int, quantity: Int,
        at now: WorldTime
    ) {
        (self.id, self.contact, self.product, self.plan) = (id, contact, product, plan.id)
        (self.cycle, self.frequency, self.amount, self.quantity) = (plan.cycle, plan.frequency, amount, quantity)
        (self.start, anchor, modified) = (start, start, now)
    }

    package var nextBill: CivilDay { cycle.day(billed * frequency, after: anchor) }

    mutating func bill(on day: CivilDay) {
        lastBill = day
        billed += 1
    }

    mutating func rebase(on day: CivilDay, _ cycle: SimCycle? = nil, _ frequency: Int? = nil) {
        (anchor, billed) = (day, 0)
        self.cycle = cycle ?? self.cycle
        self.frequency = frequency ?? self.frequency
    }

    func json(_ currency: SimCurrency) -> JSON {
        [
            "id": .string(String(id)), "quantity": .integer(quantity), "active": .bool(isActive),
            "contact_id": .string(String(contact)), "product_id": .string(String(product)),
            "subscription_plan_id": .string(String(plan)), "billing_amount": currency.double(amount),
            "auto_charge": true, "billing_frequency": .integer(frequency), "billing_cycle": .string(cycle.rawValue),
            "start_date": .string(start.text), "last_bill_date": .optional(lastBill?.text),
            "next_bill_date": .string(nextBill.text), "end_date": .optional(end?.text),
            "merchant_account_id": "0", "payment_method_id": "0", "allow_tax": false, "max_charge_attempts": 3,
            "days_between_retries": 1, "lead_affiliate_id": "0", "sale_affiliate_id": "0", "promo_code": "",
            "reason_stopped": .optional(reasonStopped), "modification_time": .string(modified.iso8601),
            "custom_fields": [],
        ]
    }
}
