import WireFormats

@testable import ChartMogulSimulator

/// A client of one account, holding the world and its clock in the hand.
final class Caller {
    var world: MogulWorld
    var now = WorldTime("2026-03-02T12:00:00Z") ?? WorldTime(milliseconds: 0)
    var key = "key"

    init(_ adjust: (inout MogulWorld.Options) -> Void = { _ in }) {
        var options = MogulWorld.Options()
        options.accounts = [MogulWorld.AccountSetup(key: "key", name: "gym")]
        options.perSecond = nil
        adjust(&options)
        world = MogulWorld(options)
    }

    func request(_ method: String, _ target: String, _ body: String = "") -> MogulWorld.Request {
        MogulWorld.Request(method: method, target: target, key: key, body: Array(body.utf8))
    }

    @discardableResult
    func call(_ method: String, _ target: String, _ body: String = "") -> MogulWorld.Answer {
        world.answer(request(method, target, body), at: now)
    }

    func control(_ method: String, _ path: String, _ body: String = "") -> MogulWorld.Answer {
        let target = "/control" + path
        return world.control(request(method, target, body), at: now)
    }

    func wait(seconds: Double) { now = now.advanced(byMilliseconds: Int64(seconds * 1_000)) }

    /// Makes a data source, and answers its uuid.
    func source(_ name: String = "Keap") -> String {
        call("POST", "/v1/data_sources", #"{"name":"\#(name)"}"#).json?["uuid"]?.text ?? ""
    }

    func customer(_ id: String, of source: String) -> String {
        let body = #"{"data_source_uuid":"\#(source)","external_id":"\#(id)","name":"Ana"}"#
        return call("POST", "/v1/customers", body).json?["uuid"]?.text ?? ""
    }

    func plan(_ id: String, of source: String, _ count: Int = 1, _ unit: String = "month") -> String {
        let body =
            #"{"data_source_uuid":"\#(source)","external_id":"\#(id)","name":"P","interval_count":\#(count),"#
            + #""interval_unit":"\#(unit)"}"#
        return call("POST", "/v1/plans", body).json?["uuid"]?.text ?? ""
    }
}

extension MogulWorld.Answer {
    /// The error of a field, in any of an answer's shapes.
    func error(_ name: String) -> String? { json?["errors"]?[name]?.text }
    var words: String { String(decoding: body, as: UTF8.self) }
}
