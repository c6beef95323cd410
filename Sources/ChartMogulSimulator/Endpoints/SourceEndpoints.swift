import WireFormats

extension Account {
    /// With the settings that `include` names.
    func accountJSON(_ arrival: Arrival) throws(Refusal) -> JSONNode {
        var json = object([
            "name": .string(setup.name), "currency": .string(setup.currency), "time_zone": .string(setup.timeZone),
            "week_start_on": .string("sunday"),
        ])
        for name in (arrival.parameter("include") ?? "").split(separator: ",") {
            let value: JSONNode =
                switch name {
                case "churn_recognition": .string(setup.churnRecognition)
                case "churn_when_zero_mrr": .bool(false)
                case "auto_churn_subscription": .bool(setup.autoChurnDays != nil)
                case "refund_handling": .string("refund_ignore")
                case "proximate_movement_reclassification": .string("reclassification_off")
                default: throw .schema("is not included in the list", param: "include")
                }
            json = json.adding([String(name): value])
        }
        return json
    }

    func source(_ uuid: String) throws(Refusal) -> DataSource {
        guard let source = sources[uuid] else { throw .missing("Data source", uuid) }
        return source
    }

    mutating func createSource(_ arrival: Arrival) throws(Refusal) -> MogulWorld.Answer {
        var fields = try arrival.fields(allowing: ["name", "system"])
        let name = try fields.required("name", "A name is required for each data source.")
        try fields.check()
        let isRepeat = sources.rows.contains { $0.name == name }
        if isRepeat { refusedRepeats["data_source_name", default: 0] += 1 }
        if isRepeat, quirks.repeatedSourceName == .refused {
            throw .invalid("name", "A data source of this name already exists.")
        }
        let number = nextNumber()
        let made = DataSource(number: number, uuid: Account.uuid("ds", number), name: name, created: arrival.now)
        sources.insert(made)
        return MogulWorld.Answer(201, json(made, arrival))
    }

    func sourceList(_ arrival: Arrival) -> JSONNode {
        let found = sources.rows.filter { source in
            (arrival.parameter("name").map { $0 == source.name } ?? true)
                && (arrival.parameter("system").map { $0 == "Custom" } ?? true)
        }
        return object(["data_sources": .array(found.map { json($0, arrival) })])
    }

    func json(_ source: DataSource, _ arrival: Arrival) -> JSONNode {
        func wants(_ name: String) -> Bool { arrival.parameter(name) == "true" }
        var json = object([
            "uuid": .string(source.uuid), "name": .string(source.name), "system": .string("Custom"),
            "created_at": .string(source.created.text), "status": .string("idle"),
        ])
        if wants("with_processing_status") {
            let processed = invoices.rows.count { $0.key.source == source.uuid }
            json = json.adding([
                "processing_status": object([
                    "processed": .whole(processed), "pending": .whole(mergesAhead), "failed": .whole(0),
                ])
            ])
        }
        if wants("with_auto_churn_subscription_setting") {
            json = json.adding([
                "auto_churn_subscription_setting": object([
                    "enabled": .bool(setup.autoChurnDays != nil),
                    "interval": setup.autoChurnDays.map { .whole($0) } ?? .null,
                ])
            ])
        }
        if wants("with_invoice_handling_setting") {
            let handling = object([
                "create_subscription_when_invoice_is": .string("open"),
                "update_subscription_when_invoice_is": .string("open"),
                "prevent_subscription_for_invoice_voided": .bool(true),
                "prevent_subscription_for_invoice_refunded": .bool(false),
                "prevent_subscription_for_invoice_written_off": .bool(true),
            ])
            json = json.adding([
                "invoice_handling_setting": object(["manual": handling, "automatic": handling])
            ])
        }
        return json
    }
}
