import SeededRandom
import DeterministicSimulation
import Testing

/// Seeds of what comes from outside, and changes of them. `.ci/fuzz` drives the same with a fuzzer that learns.
struct FuzzedServiceTests {
    static let form =
        "personId=7&firstName=Ana&lastName=Lopez&email=ana%40example.org&status=Student&mobilePhone=303-555-0101"
        + "&birthDate=1990-02-03&state=CO&country=US&programs=%5B%7B%22id%22%3A%221%22%2C%22name%22%3A%22Boxing%22%7D%5D"
    static let json =
        #"{"personId":7,"firstName":"Ana","lastName":"Lopez","email":"ana@example.org","#
        + #""programs":[{"id":"1","name":"Boxing","status":"Active"}],"address":{"city":"Denver"}}"#
    static let configuration = """
        {"gyms": [{"id": "downtown", "keap": {"baseURL": "http://127.0.0.1:9/crm/rest", "key": {"env": "KEY"}},
                   "zenPlanner": {"token": "token"}, "onceHub": {"secret": "secret"}}]}
        """
    static let requests = [
        "GET /api/jobs?gym=downtown&state=dead&limit=10 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /api/gyms/downtown/programs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: 45\r\n\r\n{\"rename\": {\"from\": \"Boxing\", \"to\": \"Box\"}} ",
        "POST /hooks/downtown/zenplanner/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\npersonId=7",
        "GET /api/attention?limit=1&after=3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]
    static let keap = [
        "\u{0}{\"contacts\":[{\"id\":\"12\",\"given_name\":\"Ana\"}],\"next_page_token\":\"\"}",
        "\u{0}{\"id\":99999999999999999999,\"tag_ids\":[1,2]}", "\u{0}[]", "\u{4}", "\u{B}{\"message\":\"Quota\"}",
    ]

    static let seeds: [[UInt8]] =
        [
            [0, 0] + form.utf8, [0, 1] + json.utf8, [0, 3] + form.utf8, [2, 0] + form.utf8 + [10] + form.utf8,
            [4, 0] + configuration.utf8,
        ]
        + [[1, 0] + BookingMessage().body.utf8, [2, 1] + #"{"rows":["personId=8"]}"#.utf8]
        + requests.map { [3, 0] + $0.utf8 } + [[5, 0] + keap.map { $0.utf8.map { $0 } }.joined(separator: [0])]

    @Test(arguments: 0..<UInt64(12)) func `whatever comes in, it costs no other gym anything`(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        for start in Self.seeds {
            var bytes = start
            for _ in 0..<(seed == 0 ? 0 : Int.random(in: 1...6, using: &chance)) where bytes.count > 3 {
                let place = Int.random(in: 2..<bytes.count, using: &chance)
                switch Int.random(in: 0..<4, using: &chance) {
                case 0: bytes[place] = .random(in: 0...255, using: &chance)
                case 1:
                    bytes.insert(
                        contentsOf: "\"'<&%00,;[]{}0123456789eE.-".utf8.shuffled(using: &chance).prefix(3), at: place)
                case 2: bytes.insert(contentsOf: bytes[2..<place], at: place)
                default: bytes.remove(at: place)
                }
            }
            bytes = Array(bytes.prefix(1 << 13))
            let violation = decodeFuzzed(bytes)
            #expect(violation == nil, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
