import WireFormats

struct Invoice: TableRow {
    let number: Int
    let uuid: String
    let key: ExternalKey
    var customer: String
    var date: WorldTime
    var due: WorldTime?
    var currency: String
    var status = Status.live
    /// In the order they came.
    var lines: [String] = []
    var transactions: [String] = []
    var keys: [ExternalKey] { [key] }

    enum Status: String, Sendable {
        case live
        case voided
        case writtenOff = "written_off"
    }
}

struct LineItem: TableRow {
    let number: Int
    let uuid: String
    let invoice: String
    let source: String
    var content: Content
    var keys: [ExternalKey] { content.externalID.isEmpty ? [] : [ExternalKey(source: source, id: content.externalID)] }

    enum Kind: String, Sendable {
        case subscription, trial
        case oneTime = "one_time"
    }

    enum Proration: String, Sendable {
        case differential, full
        case differentialMRR = "differential_mrr"
    }

    struct Content: Hashable, Sendable {
        var kind = Kind.subscription
        var externalID = ""
        var subscription = ""
        var subscriptionSet = ""
        var plan = ""
        var start: WorldTime?
        var end: WorldTime?
        var amount = 0
        var quantity = 1
        var tax = 0
        var discount = 0
        var discountCode: String?
        var fees = 0
        var feesCurrency: String?
        var isProrated = false
        var proration: Proration?
        var cancelled: WorldTime?
        var description: String?
        var accountCode: String?
        var discountDescription: String?
        var balanceTransfer = false
        var eventOrder: Int?
    }
}

struct Transaction: TableRow {
    let number: Int
    let uuid: String
    let invoice: String
    let source: String
    var content: Content
    var keys: [ExternalKey] { content.externalID.isEmpty ? [] : [ExternalKey(source: source, id: content.externalID)] }

    struct Content: Hashable, Sendable {
        var kind = "payment"
        var result = "successful"
        var date = WorldTime(milliseconds: 0)
        var externalID = ""
        var amount: Int?
        var fees: Int?
    }
}
