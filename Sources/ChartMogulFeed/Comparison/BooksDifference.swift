package import Keap

/// One thing that Keap and ChartMogul do not agree about, in words.
package struct BooksDifference: Hashable, Sendable {
    package enum Kind: String, Sendable {
        case customerMissing, customerDiffers, customerTooMany, customersApart
        case invoiceMissing, invoiceDiffers, invoiceTooMany
        case endMissing, endDiffers, endTooMany
        /// Keap has a bill that cannot be sent as it is.
        case notSent
    }

    package var kind: Kind
    /// By its external id.
    package var thing: String
    package var keap: String
    package var chartMogul: String
    package var why: String
    /// What mending does. Nil: nothing, a person must; `why` says what.
    package var mend: String?
    /// What the feed is to look at again, as one of its keys.
    package var suspect: String?
    /// Must be read from Keap before it can be mended.
    package var order: OrderID?
}

/// One lane's bills on both sides.
package struct ComparedBooks: Sendable {
    /// Whose they are; nil if that is not known.
    package var contact: ContactID?
    package var name: String?
    package var differences: [BooksDifference] = []
    /// Months in which the sides earn otherwise.
    package var months: [RevenueTable.Row] = []
    package var invoices = 0

    package init(_ differences: [BooksDifference] = []) { self.differences = differences }

    package var isSame: Bool { differences.isEmpty && months.isEmpty }
    package var suspects: Set<String> { Set(differences.filter { $0.order == nil }.compactMap(\.suspect)) }
    /// Orders that are to be read from Keap.
    package var orders: [OrderID] { Set(differences.compactMap(\.order)).sorted() }
}
