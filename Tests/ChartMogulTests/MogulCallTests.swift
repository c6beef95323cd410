import OutboundAPI
import Testing

@testable import ChartMogul

@Suite struct MogulCallTests {
    private func outcome(
        _ status: Int, _ body: String, to call: MogulCall<Void> = .deleteInvoice("inv_1")
    ) -> ChartMogulFailure? {
        guard
            case .failure(let failure) = call.outcome(.success(APIResponse(status: status, body: Array(body.utf8))))
                .answer
        else { return nil }
        return failure
    }

    @Test func `a refusal has ChartMogul's words, whichever shape it has`() {
        #expect(outcome(404, #"{"error":"Invoice not found"}"#) == .gone(message: "Invoice not found"))
        #expect(
            outcome(422, #"{"errors":{"name":"A name is required."}}"#)
                == .refused(status: 422, message: "name: A name is required."))
        #expect(
            outcome(400, #"{"code":400,"message":"`date` is required","param":"date"}"#)
                == .refused(status: 400, message: "`date` is required"))
        #expect(
            outcome(401, #"{"code":401,"message":"No valid API key provided","param":null}"#)
                == .unauthorized(message: "No valid API key provided"))
    }

    @Test func `what may have been done is unclear, and what was not is waited out`() {
        #expect(outcome(500, "Internal Server Error") == .unclear(reason: "Internal Server Error"))
        #expect(outcome(503, "<html>") == .unavailable(reason: "ChartMogul answered 503."))
        #expect(outcome(429, #"{"message":"slow"}"#) == .unavailable(reason: "slow"))
        #expect(outcome(500, "Oops", to: .ping) == .unavailable(reason: "Oops"))
        // A proxy's page is no word of ChartMogul's.
        #expect(outcome(404, "<html>") == .unclear(reason: "ChartMogul answered 404."))
        #expect(outcome(403, "<html>") == .unclear(reason: "ChartMogul answered 403."))
        #expect(outcome(200, "<html>regrets</html>") != nil)
        #expect(outcome(204, "") == nil)
        let call = MogulCall<Void>.deleteInvoice("inv_1")
        guard case .throttled = call.outcome(.success(APIResponse(status: 429))).meaning else {
            Issue.record("a 429 is not counted as such")
            return
        }
    }

    @Test func `errors inside a 201, and inside a 422, are each invoice's own`() throws {
        let body = """
            {"invoices":[{"external_id":"a","uuid":"inv_1","errors":{},"line_items":[],"transactions":[]},
             {"external_id":"b","errors":{"external_id":"already exists"},
              "line_items":[{"errors":{"plan_uuid":"A valid plan UUID is required."}}],
              "transactions":[{"errors":{"type":"is not included in the list"}}]}]}
            """
        for status in [201, 422] {
            let call = MogulCall.createInvoices([], of: "cus_1", "x", in: "ds_1", plans: [:])
            let answer = try call.outcome(.success(APIResponse(status: status, body: Array(body.utf8)))).answer.get()
            #expect(answer.map(\.externalID) == ["a", "b"])
            #expect(
                answer.map(\.errors) == [
                    [],
                    [
                        "external_id: already exists", "plan_uuid: A valid plan UUID is required.",
                        "type: is not included in the list",
                    ],
                ])
        }
    }

    @Test func `a customer of another data source is not found`() throws {
        let body = #"{"entries":[{"uuid":"cus_1","external_id":"x","data_source_uuid":"ds_2"}],"has_more":false}"#
        let call = MogulCall.customers(externalID: "x", in: "ds_1")
        #expect(try call.outcome(.success(APIResponse(status: 200, body: Array(body.utf8)))).answer.get().items == [])
    }

    @Test func `requests are the documented ones, ids encoded`() {
        let call = MogulCall<Void>.voidInvoice("keap-order-1/2", of: "ds_1")
        #expect(call.request.target == "/v1/data_sources/ds_1/invoices/keap-order-1%2F2/status")
        #expect(call.request.body.map { String(decoding: $0, as: UTF8.self) } == #"{"status":"voided"}"#)
        let found = MogulCall.invoices(externalID: "keap-order-1", in: "ds_1")
        #expect(found.request.target == "/v1/invoices?external_id=keap-order-1&data_source_uuid=ds_1")
    }
}
