package import Keap

/// One try to move money for an order.
package struct TransactionFacts: Hashable, Sendable {
    package var payment: PaymentID?
    package var method: KeapTransaction.Method?
    package var isSuccessful: Bool
    package var isPending: Bool
    package var amount: String?
    package var time: Int64?
    package var reference: String?
    /// Whether it is for other orders too.
    package var isShared: Bool

    init(_ transaction: KeapTransaction) {
        (payment, method) = (transaction.payment, transaction.method)
        (isSuccessful, isPending) = (transaction.isSuccessful, transaction.isPending)
        (amount, time) = (transaction.amount, transaction.time)
        reference = transaction.reference.map { String($0.prefix(60)) }
        isShared = transaction.orders.count > 1
    }
}

/// A list in the order of its properties: a lane holds many.
extension TransactionFacts: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        payment = try list.decode(PaymentID?.self)
        method = try list.decode(KeapTransaction.Method?.self)
        isSuccessful = try list.decode(Bool.self)
        isPending = try list.decode(Bool.self)
        amount = try list.decode(String?.self)
        time = try list.decode(Int64?.self)
        reference = try list.decode(String?.self)
        isShared = try list.decode(Bool.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(payment)
        try list.encode(method)
        try list.encode(isSuccessful)
        try list.encode(isPending)
        try list.encode(amount)
        try list.encode(time)
        try list.encode(reference)
        try list.encode(isShared)
    }
}
