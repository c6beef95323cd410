import RateLimits
import Testing

@testable import Keap

@Suite struct KeapHeaderTests {
    /// 2024-08-14 12:00:30 UTC
    let noon: Int64 = 1_723_636_830_000

    let product = [
        "x-keap-product-spike-limit": "10ps", "x-keap-product-throttle-limit": "240",
        "x-keap-product-throttle-time-unit": "minute", "x-keap-product-throttle-interval": "1",
        "x-keap-product-throttle-available": "239", "x-keap-product-throttle-used": "1",
        "x-keap-product-quota-limit": "30000", "x-keap-product-quota-time-unit": "day",
        "x-keap-product-quota-available": "29000", "x-keap-product-quota-used": "1000",
        "x-keap-product-quota-expiry-time": "1723680000000",
    ]

    @Test func `the product's windows are read`() {
        #expect(
            KeapHeaders(product).reportedLimits
                == ReportedLimits(
                    perSecond: 10, minute: .init(limit: 240, used: 1, available: 239),
                    day: .init(limit: 30_000, used: 1_000, available: 29_000), dayEnds: 1_723_680_000_000))
    }

    @Test func `the tenant's windows stand side by side`() {
        let headers = [
            "x-keap-tenant-throttle-limit": "10000|250000", "x-keap-tenant-throttle-time-unit": "minute|day",
            "x-keap-tenant-throttle-interval": "1|1", "x-keap-tenant-throttle-available": " 9999 |",
            "x-keap-tenant-throttle-used": "1|7",
        ]
        #expect(
            KeapHeaders(headers).reportedLimits
                == ReportedLimits(
                    tenantMinute: .init(limit: 10_000, used: 1, available: 9_999),
                    tenantDay: .init(limit: 250_000, used: 7)))
    }

    @Test func `windows go by their unit, not by their place`() {
        let headers = [
            "x-keap-tenant-throttle-limit": "250000|10000", "x-keap-tenant-throttle-time-unit": "day|minute",
        ]
        #expect(
            KeapHeaders(headers).reportedLimits
                == ReportedLimits(tenantMinute: .init(limit: 10_000), tenantDay: .init(limit: 250_000)))
    }

    @Test func `a tenant with one window and no unit has a minute`() {
        #expect(
            KeapHeaders(["x-keap-tenant-throttle-limit": "5000"]).reportedLimits
                == ReportedLimits(tenantMinute: .init(limit: 5_000)))
    }

    @Test(arguments: [
        [:], ["content-type": "application/json"], ["x-keap-product-spike-limit": ""],
        ["x-keap-product-throttle-limit": "", "x-keap-product-throttle-used": " "],
        ["x-keap-product-throttle-limit": "-5", "x-keap-product-quota-limit": "99999999999999999999"],
        ["x-keap-tenant-throttle-limit": "|", "x-keap-tenant-throttle-time-unit": "week|year"],
    ])
    func `headers that say nothing teach nothing`(headers: [String: String]) {
        #expect(KeapHeaders(headers).reportedLimits == nil)
    }

    @Test func `retry-after is believed first`() {
        var headers = product
        headers["retry-after"] = "7"
        headers["x-keap-product-quota-available"] = "0"
        #expect(KeapHeaders(headers).reopening(now: noon) == noon + 7_000)
    }

    @Test func `without counters, wait for the next minute`() {
        #expect(KeapHeaders([:]).reopening(now: noon) == noon + 30_000)
        #expect(KeapHeaders(["retry-after": "Wed, 14 Aug 2024"]).reopening(now: noon) == noon + 30_000)
    }

    /// `noon` is Wed, 14 Aug 2024 12:00:30 UTC.
    @Test(arguments: [
        ("120", 120), (" 120 ", 120), ("120, 120", 120), ("5, 60", 60), ("1.5", 2), ("2.0", 2), ("007", 7),
        ("Wed, 14 Aug 2024 12:02:30 GMT", 120), ("Wednesday, 14-Aug-24 12:02:30 GMT", 120),
        ("Wed Aug 14 12:02:30 2024", 120), ("wed, 14 aug 2024 12:02:30 gmt", 120),
        ("Wed, 14 Aug 2024 12:02:30 UTC", 120), ("Thu, 1 Aug 2024 12:00:00 GMT, Wed, 14 Aug 2024 12:01:00 GMT", 30),
        ("Wed, 14 Aug 2024 12:01:30 GMT, 90", 90), ("2024-08-14T12:02:30Z", 120), ("2024-08-14T14:02:30+02:00", 120),
        ("2026-11-30T08:00:00.000Z", 86_400), ("99999999999999999999", 86_400), ("86401", 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), ("Wed, 14 Aug 2024 12:00:60 GMT", 29),
    ])
    func `retry-after is seconds or a date, in any form that HTTP knows`(text: String, seconds: Int64) {
        #expect(KeapHeaders(["retry-after": text]).reopening(now: noon) == noon + seconds * 1_000)
        let pause = KeapHeaders(["retry-after": text]).pause(now: noon)
        #expect(pause == min(.seconds(max(seconds, 0)), .seconds(600)))
    }

    @Test(arguments: [
        "", " ", "0", "-5", "+5", "soon", "1e3", "0x10", "120s", "1.5.2", ".5", "5.", ",", "120,", "120; 5", "1,,2",
        "Wed, 14 Aug 2024", "Wed, 32 Aug 2024 12:00:00 GMT", "Wed, 14 Foo 2024 12:02:30 GMT",
        "Wed, 14 Aug 2024 25:00:00 GMT", "14 Aug 2024 12:02:30 GMT", "2024-08-14", "2024-08-14T12:02:30",
        "Wed, 14 Aug 2024 12:00:00 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "2026-11-30T", "٣٠",
    ])
    func `a retry-after that is past or no time at all says nothing`(text: String) {
        let end = KeapHeaders([:]).reopening(now: noon)
        #expect(KeapHeaders(["retry-after": text]).reopening(now: noon) == end)
        #expect(KeapHeaders(["retry-after": text]).pause(now: noon) == nil)
    }

    @Test func `a date is measured from the answer's own, whatever our clock shows`() {
        let headers = ["retry-after": "Wed, 14 Aug 2024 12:01:00 GMT", "date": "Wed, 14 Aug 2024 12:00:40 GMT"]
        for wrong: Int64 in [-3_600_000, 0, 3_600_000] {
            #expect(KeapHeaders(headers).pause(now: noon + wrong) == .seconds(20))
        }
    }

    @Test func `an exhausted minute ends with the minute`() {
        var headers = product
        headers["x-keap-product-throttle-available"] = "0"
        #expect(KeapHeaders(headers).reopening(now: noon) == noon + 30_000)
    }

    @Test func `an exhausted day ends when Keap says`() {
        var headers = product
        headers["x-keap-product-throttle-available"] = "0"
        headers["x-keap-product-quota-available"] = "0"
        #expect(KeapHeaders(headers).reopening(now: noon) == 1_723_680_000_000)
        headers["x-keap-product-quota-expiry-time"] = ""
        #expect(KeapHeaders(headers).reopening(now: noon) == 1_723_680_000_000)
    }

    @Test func `an exhausted day of the tenant ends at midnight UTC`() {
        let headers = [
            "x-keap-tenant-throttle-available": "5|0", "x-keap-tenant-throttle-time-unit": "minute|day",
        ]
        #expect(KeapHeaders(headers).reopening(now: noon) == 1_723_680_000_000)
    }

    @Test func `with something left everywhere it was the second`() {
        #expect(KeapHeaders(product).reopening(now: noon) == noon + 1_000)
    }

    @Test(arguments: ["0", "-3", "", "soon"])
    func `a retry-after that says nothing leaves it to the windows`(value: String) {
        #expect(KeapHeaders(["retry-after": value]).reopening(now: noon) == noon + 30_000)
        var headers = product
        headers["retry-after"] = value
        #expect(KeapHeaders(headers).reopening(now: noon) == noon + 1_000)
    }

    @Test func `no header stops an account for more than a day`() {
        #expect(KeapHeaders(["retry-after": "999999999"]).reopening(now: noon) == noon + 86_400_000)
    }

    @Test(arguments: ["5", "999999999999999", "1723593600000", "0", " ", "1723680000"])
    func `a day's end that cannot be is the next midnight's`(expiry: String) {
        var headers = product
        headers["x-keap-product-quota-available"] = "0"
        headers["x-keap-product-quota-expiry-time"] = expiry
        #expect(KeapHeaders(headers).reopening(now: noon) == 1_723_680_000_000)
    }

    @Test func `refused for the day just after our midnight, it is Keap's day that ends soon`() {
        let midnight: Int64 = 1_723_680_000_000
        var headers = product
        headers["x-keap-product-quota-available"] = "0"
        // Our clock is ahead of Keap's, for which the day that has just ended goes on.
        #expect(KeapHeaders(headers).reopening(now: midnight + 300_000) == midnight + 360_000)
        headers["x-keap-product-quota-expiry-time"] = ""
        #expect(KeapHeaders(headers).reopening(now: midnight + 5_000) == midnight + 65_000)
        #expect(KeapHeaders(headers).reopening(now: midnight + 900_000) == midnight + 86_400_000)
        let tenant = ["x-keap-tenant-throttle-available": "5|0", "x-keap-tenant-throttle-time-unit": "minute|day"]
        #expect(KeapHeaders(tenant).reopening(now: midnight + 5_000) == midnight + 65_000)
    }

    @Test func `a window that ends at once is closed for a second at least`() {
        var headers = product
        headers["x-keap-product-throttle-available"] = "0"
        #expect(KeapHeaders(headers).reopening(now: noon + 29_999) == noon + 30_999)
    }

    @Test(
        arguments: [
            ("10ps", 10), ("25", 25), ("10 ps", 10), ("240pm", 4), ("30pm", 1), ("10PS", 10), ("3ph", nil),
            ("0pm", nil),
        ] as [(String, Int?)])
    func `the spike limit is per second or per minute`(text: String, rate: Int?) {
        #expect(KeapHeaders(["x-keap-product-spike-limit": text]).reportedLimits?.perSecond == rate)
    }

    @Test func `a window of several minutes is not taken for one of a minute`() {
        var headers = product
        headers["x-keap-product-throttle-interval"] = "5"
        #expect(KeapHeaders(headers).reportedLimits?.minute == .init())
    }

    @Test func `only the tenant's windows, used up, blame the tenant`() {
        var headers = product
        headers["x-keap-tenant-throttle-available"] = "0|200000"
        headers["x-keap-tenant-throttle-time-unit"] = "minute|day"
        #expect(KeapHeaders(headers).isTenantExhausted)
        headers["x-keap-product-throttle-available"] = "0"
        #expect(!KeapHeaders(headers).isTenantExhausted)
        #expect(!KeapHeaders(product).isTenantExhausted)
        #expect(!KeapHeaders([:]).isTenantExhausted)
    }

    @Test func `the tenant's windows may have blanks anywhere between the pipes`() {
        let headers = [
            "x-keap-tenant-throttle-limit": "|250000", "x-keap-tenant-throttle-time-unit": " Minute | DAY ",
            "x-keap-tenant-throttle-interval": "1|1", "x-keap-tenant-throttle-available": "|",
            "x-keap-tenant-throttle-used": " | 12 ",
        ]
        #expect(KeapHeaders(headers).reportedLimits == ReportedLimits(tenantDay: .init(limit: 250_000, used: 12)))
    }
}
