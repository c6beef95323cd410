import ConfigurationReading
import Connectors
import EmbeddedHTTP
import Testing

@testable import KeapBilling

/// What Keap's calls at the web hook are read as, and answered.
@Suite struct HookTests {
    private var source: KeapHookSource {
        var settings = ReadingSettings()
        settings.hookToken = Secret("s3cret")
        return KeapHookSource(settings)
    }

    private func call(_ body: String, token: String = "s3cret", secret: String? = nil) -> HTTPRequest {
        var headers: HTTPHeaders = [:]
        if let secret { headers["X-Hook-Secret"] = secret }
        return HTTPRequest(
            method: "POST", path: ["hooks", "downtown", "keap", token], headers: headers, body: Array(body.utf8))
    }

    private let edit = """
        {"event_key": "subscription.edit", "object_type": "subscription",
         "object_keys": [{"apiUrl": "", "id": 55, "timestamp": "2026-03-20T10:00:00Z"}]}
        """

    @Test func `a hint is stored and answered 200`() throws {
        guard case .received(let received) = source.receive(call(edit), at: 0) else {
            Issue.record("not received")
            return
        }
        #expect(received.status == 200)
        #expect(received.event == nil)
        guard case .change(let change as ReadingRequest) = received.decoded else {
            Issue.record("no change")
            return
        }
        #expect(change == .hint([KeapThing(.subscription, "55")]))
        #expect(change.subject == "Keap subscription 55")
        guard case .change(let again as ReadingRequest) = source.read(received.message) else {
            Issue.record("not read again")
            return
        }
        #expect(again == change)
    }

    @Test func `the secret is echoed for the right token only`() {
        let wrong = source.refusal(of: call(edit, token: "s3creT", secret: "abc"))
        #expect(wrong?.status == 401)
        #expect(wrong?.headers["X-Hook-Secret"] == nil)
        #expect(source.refusal(of: call(edit)) == nil)
        #expect(KeapHookSource().refusal(of: call(edit))?.status == 401)

        for body in ["", "{}", #"{"event_key":"subscription.edit","object_keys":[]}"#, "x"] {
            guard case .answered(let answer) = source.receive(call(body, secret: "abc"), at: 0) else {
                Issue.record("\(body) is not answered")
                continue
            }
            #expect(answer.status == 200)
            #expect(answer.headers["X-Hook-Secret"] == "abc")
        }
        guard case .received(let received) = source.receive(call(edit, secret: "abc"), at: 0) else {
            Issue.record("a hint with a secret is stored")
            return
        }
        #expect(received.headers["X-Hook-Secret"] == "abc")
    }

    @Test(arguments: [
        (#"{"event_key":"order.add","object_keys":[{"id":"7"},{"id":8},{"id":7}]}"#, ["7", "8"]),
        (#"{"event_key":"order.add","object_keys":{"id":7}}"#, ["7"]),
        (#"{"event_key":"order.add","object_keys":[7,"8"]}"#, ["7", "8"]),
        (#"{"event_key":"order.add","object_keys":[{"id":7},{"apiUrl":""},{"id":null}]}"#, ["7"]),
        (#"{"event_key":"contactGroup.applied","object_keys":{"tagId":3,"applied":[4,{"id":5}]}}"#, ["4", "5"]),
        (#"{"event_key":"contactGroup.applied","object_keys":[{"id":4,"groupId":3}]}"#, ["4"]),
    ])
    func `odd shapes are read`(_ body: String, _ ids: [String]) throws {
        #expect(try HookMessage(Array(body.utf8)).ids == ids)
    }

    @Test(arguments: [
        "", "[]", "{", "{}", #"{"event_key":5,"object_keys":[]}"#,
        #"{"event_key":"order.add","object_keys":[{"id":"../x"}]}"#,
        #"{"event_key":"order.add","object_keys":[{"apiUrl":"x"}]}"#,
    ])
    func `the undecodable is refused with a sentence`(_ body: String) {
        guard case .refused(let answer) = source.receive(call(body), at: 0) else {
            Issue.record("\(body) is not refused")
            return
        }
        #expect(answer.status == 400)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("error"))
    }

    @Test func `what is not billed is ignored`() {
        let body = #"{"event_key":"contactGroup.applied","object_keys":[{"id":4,"groupId":3}]}"#
        guard case .ignored("contactGroup.applied", _) = source.receive(call(body), at: 0) else {
            Issue.record("not ignored")
            return
        }
    }

    @Test(arguments: [
        ("subscription.delete", KeapThing(.subscription, "1", isDeleted: true)), ("order.edit", KeapThing(.order, "1")),
        ("invoice.add", KeapThing(.invoice, "1")), ("invoice.payment.edit", KeapThing(.payment, "1")),
        ("recurringOrder.add", KeapThing(.subscription, "1")),
    ])
    func `events name things`(_ event: String, _ thing: KeapThing) throws {
        let body = #"{"event_key":"\#(event)","object_keys":[{"id":1}]}"#
        #expect(try HookMessage(Array(body.utf8)).things == [thing])
    }

    @Test func `a thousand objects are one hint`() throws {
        let objects = (1...1_000).map { #"{"apiUrl":"","id":\#($0),"timestamp":""}"# }.joined(separator: ",")
        let message = try HookMessage(Array(#"{"event_key":"order.edit","object_keys":[\#(objects)]}"#.utf8))
        #expect(message.things.count == 1_000)
        #expect(ReadingRequest.hint(message.things).subject == "Keap order 1 and 999 more")
    }

    @Test func `own requests are read again`() throws {
        var page = HistoryPage(run: "r1")
        page.after = "77"
        for request in [ReadingRequest.poll, .history(page)] {
            let message = try #require(request.message)
            guard case .change(let again as ReadingRequest) = source.read(message) else {
                Issue.record("\(request) is not read")
                continue
            }
            #expect(again == request)
        }
        #expect(ReadingRequest.hint([]).message == nil)
        #expect(ReadingRequest.poll.laneKeys != ReadingRequest.history(page).laneKeys)
    }
}
