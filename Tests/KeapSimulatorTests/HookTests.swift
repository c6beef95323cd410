import Testing

@testable import KeapSimulator

@Suite struct HookTests {
    private let caller = Caller()
    private let address = "https://gym.example/hooks/gym/keap/token"

    private func register(_ event: String, isProved: Bool = true) throws -> Int {
        let answer = caller.call("POST", "/v1/hooks", ["eventKey": .string(event), "hookUrl": .string(address)])
        #expect(answer.status == 200 && answer.json?["status"] == "Unverified")
        let id = try #require(answer.json?["key"]?.id)
        if isProved { prove() }
        return id
    }

    private func prove() {
        for delivery in caller.due() { caller.end(delivery, status: 200, secret: delivery.secret) }
    }

    private func status(_ hook: Int) -> String? { caller.call("GET", "/v1/hooks/\(hook)").json?["status"]?.text }

    private func rename(_ contact: Int) {
        #expect(caller.call("PATCH", "/v2/contacts/\(contact)", ["job_title": .string("\(caller.now)")]).status == 200)
    }

    private func objects(_ delivery: HookDelivery) -> [Int] {
        (try? JSON(parsing: delivery.body))?["object_keys"]?.items?.compactMap { $0["id"]?.id } ?? []
    }

    @Test func `an address proves itself with the secret, at once or by a call of its own`() throws {
        let hook = try register("order.add", isProved: false)
        let proof = try #require(caller.due().first)
        let secret = try #require(proof.secret)
        #expect(proof.address == address && proof.body.isEmpty && proof.hook == hook)
        #expect(caller.due().isEmpty, "it is under way")
        caller.end(proof, status: 200, secret: "another")
        #expect(status(hook) == "Unverified")

        #expect(caller.call("POST", "/v1/hooks/\(hook)/verify").status == 200)
        let again = try #require(caller.due().first)
        caller.end(again, status: 404, secret: again.secret)
        #expect(again.secret != secret && status(hook) == "Unverified")

        func confirm(_ secret: String?) -> Int {
            var request = caller.request("POST", "/v1/hooks/\(hook)/delayedVerify")
            request.headers.append(("X-Hook-Secret", secret ?? ""))
            return caller.world.answer(request, at: caller.now).status
        }
        #expect(confirm(secret) == 400)
        #expect(confirm(again.secret) == 200)
        #expect(status(hook) == "Verified")
    }

    @Test func `changes are told in a batch, ids only, after thirty to sixty seconds`() throws {
        _ = try register("contact.edit")
        let ids = [caller.contact("Ada"), caller.contact("Bea")]
        rename(ids[0])
        caller.wait(seconds: 29)
        rename(ids[1])
        #expect(caller.due().isEmpty)
        let next = try #require(caller.world.nextDelivery)
        #expect((30...60).contains((next.milliseconds - Caller.noon.milliseconds) / 1_000))
        caller.wait(seconds: 31)
        let delivery = try #require(caller.due().first)
        #expect(delivery.secret == nil)
        let text = String(decoding: delivery.body, as: UTF8.self)
        #expect(
            text == #"{"event_key":"contact.edit","object_type":"contact","object_keys":["#
                + #"{"apiUrl":"","id":\#(ids[0]),"timestamp":"2026-03-02T12:00:00Z"},"#
                + #"{"apiUrl":"","id":\#(ids[1]),"timestamp":"2026-03-02T12:00:29Z"}]}"#)
        caller.end(delivery, status: 204)
        caller.wait(seconds: 86_400)
        #expect(caller.due().isEmpty)
    }

    @Test func `after four tries a hook is inactive, until it proves itself again`() throws {
        let hook = try register("contact.edit")
        let contact = caller.contact()
        rename(contact)
        var tries = 0
        var times: [Double] = []
        while status(hook) == "Verified", tries < 10 {
            let due = try #require(caller.world.nextDelivery)
            times.append(Double(due.milliseconds - caller.now.milliseconds) / 1_000)
            caller.now = due
            let delivery = try #require(caller.due().first)
            caller.end(delivery, status: [500, nil, 404, 199][tries])
            tries += 1
        }
        #expect(tries == 4 && status(hook) == "Inactive")
        #expect((30...60).contains(times[0]) && (30...60).contains(times[1]))
        #expect(times[2...] == [300, 1_800])
        rename(contact)
        #expect(caller.world.nextDelivery == nil, "what happens meanwhile is lost")
        _ = caller.call("POST", "/v1/hooks/\(hook)/verify")
        prove()
        #expect(status(hook) == "Verified")
        caller.wait(seconds: 1)
        rename(contact)
        #expect(caller.world.nextDelivery != nil)
    }

    @Test func `an address that is gone makes its hook inactive at once`() throws {
        let hook = try register("contact.edit")
        rename(caller.contact())
        caller.wait(seconds: 60)
        caller.end(try #require(caller.due().first), status: 410)
        #expect(status(hook) == "Inactive")
    }

    @Test func `a delivery names a thousand objects at most`() throws {
        _ = try register("contact.add")
        for number in 0..<1_001 { _ = caller.contact("N\(number)") }
        caller.wait(seconds: 60)
        #expect(caller.due().map { objects($0).count }.sorted() == [1, 1_000])
    }

    @Test func `bills tell of themselves, each kind to its own hook`() throws {
        let events = ["subscription.add", "subscription.edit", "order.add", "invoice.add", "invoice.payment.add"]
        let hooks = try events.map { try register($0) }
        let contact = caller.contact()
        let product = try caller.bill(.addProduct(name: "M", price: 1, plans: [.init(.month, price: 100)]))
        let plan = caller.account.billing.products[product.product ?? 0]?.plans.first?.id ?? 0
        let sold = try caller.bill(.sell(.init(contact: contact, plan: plan)))
        caller.wait(seconds: 60)
        let told = Dictionary(caller.due().map { ($0.hook, objects($0)) }) { $0 + $1 }
        #expect(told[hooks[0]] == [sold.subscription!])
        #expect(told[hooks[1]] == [sold.subscription!])
        #expect(told[hooks[2]] == [sold.order!])
        #expect(told[hooks[3]] == [sold.order! + 50_000])
        #expect(told[hooks[4]] == [sold.payment!])
    }

    @Test func `deliveries are dropped, repeated and shuffled on demand`() throws {
        let hook = try register("contact.edit")
        let contacts = (0..<20).map { caller.contact("N\($0)") }
        func set(_ body: JSON) { #expect(caller.control("POST", "/accounts/key/hooks/faults", body).status == 204) }

        set(["dropPercent": 100])
        rename(contacts[0])
        caller.wait(seconds: 60)
        #expect(caller.due().isEmpty && caller.world.nextDelivery == nil && status(hook) == "Verified")

        set(["repeatPercent": 100])
        rename(contacts[1])
        caller.wait(seconds: 60)
        let first = try #require(caller.due().first)
        caller.end(first, status: 200)
        caller.wait(seconds: 60)
        let second = try #require(caller.due().first)
        #expect(second.number != first.number && second.body == first.body)
        set(["shuffles": true])
        caller.end(second, status: 200)

        for contact in contacts { rename(contact) }
        caller.wait(seconds: 660)
        let shuffled = caller.due().flatMap { objects($0) }
        #expect(shuffled != contacts && shuffled.sorted() == contacts.sorted())
        #expect(caller.control("POST", "/accounts/key/hooks/faults", ["dropPercent": 101]).status == 400)
    }

    @Test func `hooks are listed, changed and deleted`() throws {
        let hook = try register("order.add")
        #expect(caller.call("GET", "/v1/hooks").json?.items?.count == 1)
        #expect(caller.call("GET", "/v1/hooks/event_keys").json?.items?.contains("invoice.payment.add") == true)
        let other: JSON = ["eventKey": "order.edit", "hookUrl": "https://x.example/"]
        #expect(caller.call("PUT", "/v1/hooks/\(hook)", other).json?["status"] == "Unverified")
        #expect(caller.call("DELETE", "/v1/hooks/\(hook)").status == 204)
        #expect(caller.call("DELETE", "/v1/hooks/\(hook)").status == 404)
        #expect(caller.due().isEmpty)
        #expect(caller.call("POST", "/v1/hooks", ["eventKey": "order.dance", "hookUrl": "https://x"]).status == 400)
        #expect(caller.call("POST", "/v1/hooks", ["eventKey": "order.add", "hookUrl": "ftp://x"]).status == 400)
        #expect(caller.call("POST", "/v1/hooks/9/verify").status == 404)
    }

    @Test func `an event can be invented`() throws {
        _ = try register("order.edit")
        let event: JSON = ["key": "order.edit", "id": 77]
        #expect(caller.control("POST", "/accounts/key/hooks/events", event).status == 204)
        caller.wait(seconds: 60)
        #expect(caller.due().map(objects) == [[77]])
    }
}

extension Caller {
    func due() -> [HookDelivery] { world.dueDeliveries(at: now) }

    func end(_ delivery: HookDelivery, status: Int?, secret: String? = nil) {
        world.delivered(delivery, status: status, secret: secret, at: now)
    }
}
