/// A try to move money. It has no id of its own, as in v2.
package struct SimTransaction: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable, CaseIterable {
        case capture = "CAPTURE"
        case refund = "REFUND"
        case void = "VOID"
        case manual = "MANUAL"
    }

    /// Of a try that failed, and of a void, nil.
    package let payment: Int?
    package internal(set) var contact: Int
    /// Which part of it went to which order.
    package let parts: [Part]
    package let method: Method
    package let isSuccessful: Bool
    package let time: WorldTime
    package let reference: String

    package struct Part: Hashable, Sendable {
        package let order: Int
        package let amount: Int
    }

    package var amount: Int { parts.reduce(0) { $0 + $1.amount } }
    var status: String { isSuccessful ? "APPROVED" : "FAILED" }

    static let statuses = ["APPROVED", "PENDING", "ERROR", "FAILED", "NONE"]

    func json(_ currency: SimCurrency, payer: JSON) -> JSON {
        [
            "amount": currency.double(amount), "status": .string(status), "description": .string(method.rawValue),
            "contact": payer, "order_ids": .array(parts.map { .string(String($0.order)) }),
            "contact_id": .string(String(contact)), "transaction_method": .string(method.rawValue),
            "transaction_time": .string(time.iso8601), "external_reference_id": .string(reference),
            "external_response_code": .null, "error_details": isSuccessful ? .null : "The card was declined",
            "payment_id": payment.map { .string(String($0)) } ?? .null, "is_successful": .bool(isSuccessful),
            "merchant_account_id": "1", "merchant_account_type": "STRIPE", "payment_method": .null,
        ]
    }
}
