import OutboundAPI
import Testing

@testable import ChartMogul

@Suite struct BasicAuthorizerTests {
    @Test func `the key is the user, and the password is empty`() async {
        let authorizer = BasicAuthorizer(APIKey("abc"))
        let request = APIRequest(APIEndpoint("x"), .get, ["v1", "ping"])
        #expect(await authorizer.credentials(for: request).headers == ["Authorization": "Basic YWJjOg=="])
    }

    @Test func `no text shows the key, in either form`() {
        let authorizer = BasicAuthorizer(APIKey("abc"))
        #expect(authorizer.hidden(in: "key abc, header YWJjOg==") == "key [key], header [key]")
    }
}
