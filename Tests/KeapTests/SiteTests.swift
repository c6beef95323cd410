import OutboundAPI
import Testing

@testable import Keap

@Suite struct SiteTests {
    @Test(arguments: [
        ("https://api.infusionsoft.com/crm/rest", "https://api.infusionsoft.com/crm/rest"),
        ("https://api.keap.com/crm/rest//", "https://api.keap.com/crm/rest"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://127.9.0.1/x/", "http://127.9.0.1/x"),
        ("http://localhost:1", "http://localhost:1"), ("http://[::1]:1", "http://[::1]:1"),
        ("HTTPS://x.com", "HTTPS://x.com"),
    ])
    func `an address is taken without slashes at its end`(base: String, kept: String) throws {
        #expect(try KeapSite(base: base, key: APIKey("k")).base == kept)
    }

    @Test(arguments: [
        "http://api.infusionsoft.com", "http://127.0.0.1.evil.com", "http://127.0.0.256", "http://10.0.0.1",
        "http://localhost.evil.com",
    ])
    func `a key travels unprotected only within the machine`(base: String) {
        #expect(throws: KeapSite.Problem.notSecure(base)) { try KeapSite(base: base, key: APIKey("k")) }
    }

    @Test(arguments: [
        "", "api.keap.com", "ftp://x.com", "https://", "https://x.com?a=b", "https://x.com#a", "https://user:pw@x.com",
        "https:///crm",
    ])
    func `what is no plain address is refused`(base: String) {
        #expect(throws: KeapSite.Problem.notAnAddress(base)) { try KeapSite(base: base, key: APIKey("k")) }
    }

    @Test func `a key shows itself nowhere`() throws {
        let key = APIKey("KeapAK-secret")
        let site = try KeapSite(key: key)
        var dumped = ""
        dump(site, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\(site)", String(reflecting: site), dumped] {
            #expect(!text.contains("secret"))
        }
        #expect(key.authorization == "Bearer KeapAK-secret")
        #expect(key.hidden(in: "bad key KeapAK-secret!") == "bad key [key]!")
        #expect(APIKey("").hidden(in: "abc") == "abc")
    }

    @Test func `what is wrong with an address is a sentence`() {
        #expect(
            "\(KeapSite.Problem.notSecure("http://x"))"
                == "“http://x” would carry the key unprotected: plain http is for loopback only")
        #expect(
            "\(KeapSite.Problem.notAnAddress("x"))"
                == "“x” is not an address such as https://api.infusionsoft.com/crm/rest")
    }
}
