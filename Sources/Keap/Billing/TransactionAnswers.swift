extension KeapTransaction {
    /// Reads a transaction, which has no id of its own; nil if it is none.
    init?(_ json: JSONValue) {
        guard case .object = json else { return nil }
        self.init()
        payment = json["payment_id"]?.id()
        contact = json["contact_id"]?.id() ?? json["contact"]?["id"]?.id()
        orders = (json["order_ids"]?.items ?? []).compactMap { $0.id() }
        method = json["transaction_method"]?.text.flatMap { Method(rawValue: $0.uppercased()) }
        let status = json["status"]?.text?.uppercased()
        isPending = status == "PENDING"
        // One that is under way counts as not successful, as Keap documents it.
        isSuccessful = !isPending && (json["is_successful"]?.flag ?? (status == "APPROVED"))
        amount = json["amount"]?.decimal
        time = json["transaction_time"]?.time
        reference = json["external_reference_id"]?.words
        error = json["error_details"]?.words
    }
}
