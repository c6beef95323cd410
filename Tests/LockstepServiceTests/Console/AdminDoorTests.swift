import ConfigurationReading
import EmbeddedHTTP
import Testing

@testable import LockstepService

struct AdminDoorTests {
    private let door = AdminDoor(
        adminToken: Secret("admin-secret"), readToken: Secret("read-secret"),
        names: AdminNames(admin: ListenAddress(host: "10.1.2.3", port: 8081), others: ["console.example.com"]))
    private let now: Int64 = 1_800_000_000

    private func head(_ headers: HTTPHeaders) -> HTTPRequest {
        HTTPRequest(method: "POST", path: ["x"], headers: headers)
    }

    private func cookie(_ role: AdminCaller.Role) throws -> String {
        "lockstep=" + (try #require(door.session(of: role, now: now)))
    }

    // MARK: Who asks

    @Test func `a token is sent as a bearer, and a wrong one is not made good by a cookie`() throws {
        let admin = try cookie(.admin)
        let cases: [(HTTPHeaders, AdminCaller?)] = [
            (["Authorization": "Bearer admin-secret"], .init(role: .admin, proof: .bearer)),
            (["authorization": "bearer read-secret"], .init(role: .reader, proof: .bearer)),
            (["Authorization": "Bearer admin-secre"], nil), (["Authorization": "Bearer "], nil),
            (["Authorization": "admin-secret"], nil), (["Authorization": "Basic admin-secret"], nil), ([:], nil),
            (["Cookie": admin], .init(role: .admin, proof: .cookie)),
            (["Cookie": "a=b; \(admin); c"], .init(role: .admin, proof: .cookie)),
            (["Cookie": "lockstep=; \(admin)"], .init(role: .admin, proof: .cookie)),
            (["Cookie": "__Host-" + admin], .init(role: .admin, proof: .cookie)),
            (["Cookie": "other" + admin], nil), (["Cookie": "lockstep"], nil),
            (["Cookie": admin, "Authorization": "Bearer wrong"], nil),
        ]
        for (headers, caller) in cases { #expect(door.caller(of: head(headers), now: now) == caller, "\(headers)") }
    }

    @Test func `without a token set, all that reach the address are let in`() {
        let open = AdminDoor(adminToken: nil, readToken: nil, names: door.names)
        #expect(open.caller(of: head([:]), now: now) == .init(role: .admin, proof: .none))
        #expect(open.role(ofToken: "") == nil)
        #expect(open.session(of: .admin, now: now) == nil)
    }

    // MARK: Sessions

    @Test func `a session is read back by another process, and ends in time`() throws {
        let value = try cookie(.reader)
        let again = AdminDoor(adminToken: Secret("admin-secret"), readToken: Secret("read-secret"), names: door.names)
        let caller = AdminCaller(role: .reader, proof: .cookie)
        #expect(again.caller(of: head(["Cookie": value]), now: now) == caller)
        #expect(again.caller(of: head(["Cookie": value]), now: now + ConsoleSession.lifetime - 1) == caller)
        #expect(again.caller(of: head(["Cookie": value]), now: now + ConsoleSession.lifetime) == nil)
    }

    @Test func `a session that was changed in any place is none`() throws {
        let value = try cookie(.reader)
        for index in value.indices.dropFirst("lockstep=".count) {
            for other in ["0", "a", ".", " "] where String(value[index]) != other {
                var changed = value
                changed.replaceSubrange(index...index, with: other)
                #expect(door.caller(of: head(["Cookie": changed]), now: now) == nil, "\(changed)")
            }
        }
        let raised = value.replacing("reader", with: "admin")
        #expect(door.caller(of: head(["Cookie": raised]), now: now) == nil)
        for extra in [value + ".", value + "0", value.replacing("reader.", with: "reader.0")] {
            #expect(door.caller(of: head(["Cookie": extra]), now: now) == nil, "\(extra)")
        }
    }

    @Test func `another token ends the sessions of the one before`() throws {
        let value = try cookie(.admin)
        for (admin, reader) in [("another", "read-secret"), ("read-secret", "admin-secret")] {
            let other = AdminDoor(adminToken: Secret(admin), readToken: Secret(reader), names: door.names)
            #expect(other.caller(of: head(["Cookie": value]), now: now) == nil)
        }
        let withoutReader = AdminDoor(adminToken: Secret("admin-secret"), readToken: nil, names: door.names)
        #expect(withoutReader.caller(of: head(["Cookie": try cookie(.reader)]), now: now) == nil)
    }

    @Test func `a session for longer than any was given is none`() {
        let sealed = ConsoleSession(role: .admin, expires: now + ConsoleSession.lifetime + 1)
            .sealed(with: Secret("admin-secret"))
        #expect(door.caller(of: head(["Cookie": "lockstep=" + sealed]), now: now) == nil)
    }

    @Test func `the cookie is out of reach for scripts and other sites`() {
        let plain = SessionCookie.setting("v", isSecure: false)
        #expect(
            plain.hasPrefix("lockstep=v; Path=/;") && plain.contains("HttpOnly") && plain.contains("SameSite=Strict"))
        #expect(!plain.contains("Secure"))
        let secure = SessionCookie.setting("v", isSecure: true)
        #expect(secure.hasPrefix("__Host-lockstep=v; Path=/;") && secure.hasSuffix("; Secure"))
        #expect(SessionCookie.clearing(isSecure: false).contains("Max-Age=0"))
    }

    // MARK: Names

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:1", true), ("127.0.0.1:8081", true), ("[::1]:8081", true),
        ("10.1.2.3:8081", true),
        ("10.1.2.3", true), ("console.example.com", true), ("Console.Example.Com:443", true), ("", true),
        ("evil.example", false), ("evil.example:8081", false), ("10.1.2.4", false), ("localhost.evil.example", false),
        ("127.0.0.1.evil.example", false), ("console.example.com.evil.example", false), ("xconsole.example.com", false),
        ("a b", false), ("console.example.com,evil.example", false),
    ])
    func `the address is called by names of its own`(_ host: String, _ isOwn: Bool) {
        #expect((door.refusal(ofHost: head(["Host": host])) == nil) == isOwn)
    }

    @Test func `listening on all addresses, any number is its own, and no name`() {
        let names = AdminNames(admin: ListenAddress(host: "0.0.0.0", port: 1))
        #expect(names.contains("10.9.9.9:1") && names.contains("[fd00::1]:1"))
        #expect(!names.contains("evil.example") && !names.contains("999.1.1.1"))
    }

    // MARK: Writing

    @Test func `what changes something comes from a page of ours, or with a token`() {
        let admin = { (proof: AdminCaller.Proof) in AdminCaller(role: .admin, proof: proof) }
        let cases: [(HTTPHeaders, AdminCaller.Proof, Bool)] = [
            (["Sec-Fetch-Site": "same-origin"], .cookie, true),
            // A page without a referrer sends `null`, and says where it is from all the same.
            (["Sec-Fetch-Site": "same-origin", "Origin": "null"], .cookie, true),
            (["Sec-Fetch-Site": "same-origin"], .none, true), (["Sec-Fetch-Site": "same-origin"], .bearer, true),
            ([:], .bearer, true), ([:], .none, true), ([:], .cookie, false),
            (["Sec-Fetch-Site": "same-site"], .cookie, false), (["Sec-Fetch-Site": "cross-site"], .cookie, false),
            (["Sec-Fetch-Site": "none"], .cookie, false), (["Sec-Fetch-Site": ""], .cookie, false),
            (["Sec-Fetch-Site": "cross-site"], .bearer, false), (["Sec-Fetch-Site": "cross-site"], .none, false),
            (["Origin": "https://evil.example"], .bearer, false), (["Origin": "null"], .none, false),
            (["Cookie": "lockstep=x"], .none, false), (["Cookie": "lockstep=x"], .bearer, true),
            (
                HTTPHeaders([("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")]), .cookie, false
            ),
        ]
        for (headers, proof, passes) in cases {
            let refusal = door.refusal(ofWrite: head(headers), by: admin(proof))
            #expect((refusal == nil) == passes, "\(headers) \(proof)")
            if let refusal { #expect(refusal.status == 403) }
        }
    }

    @Test(arguments: [AdminCaller.Proof.bearer, .cookie])
    func `a reader changes nothing`(_ proof: AdminCaller.Proof) {
        let refusal = door.refusal(
            ofWrite: head(["Sec-Fetch-Site": "same-origin"]), by: .init(role: .reader, proof: proof))
        #expect(refusal?.status == 403)
    }
}
