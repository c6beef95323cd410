import Testing
import WireFormats

@testable import ChartMogulSimulator

@Suite struct InvoiceTests {
    @Test func `an invoice comes back with its lines and transactions`() {
        let shop = Shop()
        let body =
            #"{"external_id":"i1","date":"2026-03-01 12:00:00 UTC","due_date":"2026-03-07T12:00:00+02:00","#
            + #""currency":"USD","customer_external_id":"c1","data_source_uuid":"\#(shop.source)","line_items":["#
            + shop.line(
                "l1", "2026-03-01", "2026-04-01", 1000, more: #","quantity":5,"tax_amount_in_cents":200"#)
            + #"],"transactions":[{"type":"payment","date":"2026-03-01T12:00:00Z","result":"successful","#
            + #""external_id":"t1","amount_in_cents":1000}]}"#
        let answer = shop.post(body)
        #expect(answer.status == 201)
        let made = answer.json?["invoices"]?.items?.first
        #expect(made?["errors"] == .object([]))
        let uuid = made?["uuid"]?.text ?? ""
        let read = shop.caller.call("GET", "/v1/invoices/" + uuid).json
        #expect(read?["date"]?.text == "2026-03-01T12:00:00.000Z")
        #expect(read?["due_date"]?.text == "2026-03-07T10:00:00.000Z")
        #expect(read?["line_items"]?.items?.first?["subscription_uuid"]?.text?.hasPrefix("sub_") == true)
        #expect(read?["line_items"]?.items?.first?["tax_amount_in_cents"]?.integer == 200)
        #expect(read?["transactions"]?.items?.first?["external_id"]?.text == "t1")
        for query in ["external_id=i1&data_source_uuid=\(shop.source)", "customer_uuid=\(shop.customer)"] {
            let list = shop.caller.call("GET", "/v1/invoices?" + query).json?["invoices"]?.items
            #expect(list == [read].compactMap(\.self))
        }
        let older = shop.caller.call("GET", "/v1/import/customers/\(shop.customer)/invoices").json
        #expect(older?["customer_uuid"]?.text == shop.customer)
        #expect(older?["invoices"]?.items?.count == 1)
    }

    @Test func `invoices of one request succeed and fail one by one, inside a 201`() {
        let shop = Shop()
        let good = shop.invoice("i1", [shop.line("l1", "2026-01-01", "2026-02-01", 1)])
        let sameLine = shop.invoice("i2", [shop.line("l1", "2026-02-01", "2026-03-01", 1)])
        let noPlan = shop.invoice("i3", [shop.line("l3", "2026-02-01", "2026-03-01", 1, plan: "pl_1")])
        let answer = shop.post(good, good, sameLine, noPlan)
        #expect(answer.status == 201)
        let invoices = answer.json?["invoices"]?.items ?? []
        #expect(invoices.map { $0["uuid"] == nil } == [false, true, true, true])
        #expect(invoices[1]["errors"]?["external_id"]?.text?.contains("already exists") == true)
        #expect(invoices[2]["errors"] == .object([]))
        #expect(invoices[2]["line_items"]?.items?.first?["errors"]?["external_id"] != nil)
        #expect(invoices[3]["line_items"]?.items?.first?["errors"]?["plan_uuid"] != nil)
        #expect(shop.caller.call("GET", "/v1/invoices").json?["invoices"]?.items?.count == 1)
        #expect(shop.caller.world.accounts["gym"]?.refusedRepeats == ["invoice": 1, "line_item": 2])
    }

    @Test func `where no invoice is taken the status is 422, or a 201 all the same`() {
        for status in [422, 201] {
            let shop = Shop { $0.quirks.statusOfNoInvoice = status }
            shop.bill("1", "2026-01-01", "2026-02-01", 1)
            let answer = shop.post(shop.invoice("i1", [shop.line("l9", "2026-01-01", "2026-02-01", 1)]))
            #expect(answer.status == status)
            #expect(answer.json?["invoices"]?.items?.first?["errors"]?["external_id"] != nil)
        }
    }

    @Test func `a body that does not fit the schema imports nothing of it`() {
        let shop = Shop()
        let good = shop.invoice("i1", [shop.line("l1", "2026-01-01", "2026-02-01", 1)])
        for bad in [
            shop.invoice("i2", [shop.line("l2", "2026-01-01", "2026-02-01", 1, more: #","colour":1"#)]),
            shop.invoice("i2", [shop.line("l2", "yesterday", "2026-02-01", 1)]),
            shop.invoice("i2", [shop.line("l2", "2026-01-01", "2026-02-01", 1, more: #","quantity":1.5"#)]),
            shop.invoice("i2", [shop.line("l2", "2026-01-01", "2026-02-01", 1, more: #","quantity":"1""#)]),
            shop.invoice("i2", [shop.line("l2", "2026-01-01", "2026-02-01", 99_000_000_000_000_000)]),
            "7",
        ] {
            let answer = shop.post(good, bad)
            #expect(answer.status == 400)
            #expect(answer.json?["param"]?.text?.hasPrefix("invoices[1]") == true, "\(answer.words)")
        }
        #expect(shop.caller.call("GET", "/v1/invoices").json?["invoices"]?.items?.isEmpty == true)
        #expect(shop.post().status == 422)
    }

    @Test(arguments: [
        ("service_period_end", #""type":"subscription","service_period_end":"2026-01-01""#),
        ("quantity", #""type":"subscription","service_period_end":"2026-02-01","quantity":0"#),
        ("type", #""type":"gift","service_period_end":"2026-02-01""#),
        (
            "account_code",
            #""type":"subscription","service_period_end":"2026-02-01","account_code":"1234567890123456789012345678901""#
        ),
        ("proration_type", #""type":"subscription","service_period_end":"2026-02-01","proration_type":"half""#),
        (
            "discount_amount_in_cents",
            #""type":"subscription","service_period_end":"2026-02-01","discount_amount_in_cents":-1"#
        ),
    ])
    func `a line that cannot be is refused`(name: String, members: String) {
        let shop = Shop()
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 1)
        let body =
            #"{"subscription_external_id":"s1","plan_uuid":"\#(shop.plan)","service_period_start":"2026-01-01","#
            + #""amount_in_cents":5,\#(members)}"#
        let answer = shop.caller.call("POST", "/v1/import/invoices/\(invoice)/line_items", body)
        #expect(answer.status == 422)
        #expect(answer.json?["errors"]?.members?.map(\.name) == [name])
    }

    @Test func `a plan of another data source is none`() {
        let shop = Shop()
        let foreign = shop.caller.plan("p1", of: shop.caller.source("Two"))
        let answer = shop.post(shop.invoice("i1", [shop.line("l1", "2026-01-01", "2026-02-01", 1, plan: foreign)]))
        #expect(answer.status == 422)
    }

    @Test func `trial lines are taken where the account has them, and cost nothing`() {
        let body = #""type":"trial","service_period_end":"2026-01-15""#
        for (takes, status) in [(true, 201), (false, 422)] {
            let shop = Shop { $0.accounts[0].takesTrialLines = takes }
            let invoice = shop.bill("1", "2026-01-15", "2026-02-15", 1)
            let line =
                #"{"subscription_external_id":"s1","plan_uuid":"\#(shop.plan)","service_period_start":"2026-01-01",\#(body)}"#
            let path = "/v1/import/invoices/\(invoice)/line_items"
            #expect(shop.caller.call("POST", path, line).status == status)
            #expect(shop.caller.call("POST", path, line.dropLast() + #","amount_in_cents":5}"#).status == 422)
        }
    }

    @Test func `an invoice, its lines and transactions are changed and deleted, by uuid or by external id`() {
        let shop = Shop()
        let invoice = shop.bill("1", "2026-01-01", "2026-02-01", 1)
        func call(_ method: String, _ target: String, _ body: String = "") -> MogulWorld.Answer {
            shop.caller.call(method, "/v1/" + target, body)
        }
        let mine = "data_source_uuid=\(shop.source)&external_id="
        #expect(call("PATCH", "invoices?" + mine + "i1", #"{"currency":"EUR"}"#).json?["currency"]?.text == "EUR")
        #expect(call("PATCH", "invoices/\(invoice)", #"{"currency":"euro"}"#).status == 422)
        #expect(
            call("PATCH", "line_items?" + mine + "l1", #"{"amount_in_cents":7}"#).json?["amount_in_cents"] == .whole(7))
        #expect(call("PATCH", "line_items?" + mine + "l1", #"{"type":"one_time"}"#).status == 422)
        #expect(
            call("GET", "line_items?" + mine + "l1").json?["service_period_end"]?.text == "2026-02-01T00:00:00.000Z")
        let payment = #"{"type":"payment","result":"failed","date":"2026-01-01","external_id":"t1"}"#
        #expect(call("POST", "import/invoices/\(invoice)/transactions", payment).status == 201)
        #expect(call("POST", "import/invoices/\(invoice)/transactions", payment).error("external_id") != nil)
        #expect(
            call("PATCH", "transactions?" + mine + "t1", #"{"result":"successful"}"#).json?["date"]?.text
                == "2026-01-01T00:00:00.000Z")
        #expect(call("POST", "import/invoices/\(invoice)/transactions", "{}").json?["errors"]?.members?.count == 3)
        #expect(call("DELETE", "transactions?" + mine + "t1").status == 204)
        #expect(call("GET", "transactions?" + mine + "t1").status == 404)
        #expect(call("DELETE", "line_items?" + mine + "l1").status == 204)
        #expect(call("GET", "invoices/\(invoice)").json?["line_items"] == .array([]))
        #expect(call("DELETE", "invoices?" + mine + "i1").status == 204)
        #expect(call("DELETE", "invoices?" + mine + "i1").words == #"{"error":"Invoice not found"}"#)
        #expect(call("DELETE", "invoices?external_id=i1").status == 400)
        #expect(shop.bill("1", "2026-01-01", "2026-02-01", 1) != "", "its external ids are free again")
    }

    @Test func `an invoice is voided or written off by its external id`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 1)
        let path = "/v1/data_sources/\(shop.source)/invoices/i1/status"
        #expect(shop.caller.call("PUT", path, #"{"status":"paid"}"#).status == 422)
        #expect(shop.caller.call("PUT", path, #"{"status":"voided"}"#).status == 200)
        #expect(shop.caller.call("PUT", path, #"{"status":"written_off"}"#).status == 200)
        #expect(
            shop.caller.control("GET", "/invoices").json?["invoices"]?.items?.first?["status"]?.text == "written_off")
        #expect(shop.caller.call("PUT", path.replacing("i1", with: "i2"), #"{"status":"voided"}"#).status == 404)
    }

    @Test func `invoices are read page by page, also those that a merge brought`() {
        let shop = Shop()
        let other = shop.caller.customer("c2", of: shop.source)
        for id in 1...3 {
            shop.bill("a\(id)", "2026-01-01", "2026-02-01", 1, "s1", to: other)
            shop.bill("b\(id)", "2026-01-01", "2026-02-01", 1, "s2")
        }
        let body = #"{"from":{"customer_uuid":"\#(other)"},"into":{"customer_uuid":"\#(shop.customer)"}}"#
        #expect(shop.caller.call("POST", "/v1/customers/merges", body).status == 202)
        shop.caller.wait(seconds: 1)
        var (found, cursor): ([String], String) = ([], "")
        for _ in 0..<3 {
            let query = "?per_page=2&customer_uuid=\(shop.customer)&cursor=\(cursor)"
            let page = shop.caller.call("GET", "/v1/invoices" + query).json
            found += page?["invoices"]?.items?.compactMap { $0["external_id"]?.text } ?? []
            cursor = page?["cursor"]?.text ?? ""
            #expect(page?["has_more"]?.flag == (found.count < 6))
        }
        #expect(found == ["ia1", "ib1", "ia2", "ib2", "ia3", "ib3"])
    }

    @Test func `all invoices of a customer are deleted at once`() {
        let shop = Shop()
        shop.bill("1", "2026-01-01", "2026-02-01", 1)
        shop.bill("2", "2026-02-01", "2026-03-01", 1)
        let path = "/v1/data_sources/\(shop.source)/customers/\(shop.customer)/invoices"
        #expect(shop.caller.call("DELETE", path).status == 204)
        #expect(shop.caller.call("GET", "/v1/invoices").json?["invoices"] == .array([]))
        #expect(shop.caller.call("DELETE", path).status == 204)
    }
}
