import Clocks
import OutboundAPI
import Testing

/// When tokens are refreshed, and what each answer does to them: as a ledger of instants.
@Suite struct TokenLedgerTests {
    private static let day: Int64 = 86_400_000
    private static let pair = TokenPair(
        access: APIKey("a1"), refresh: APIKey("r1"), issuedAt: WallTime(milliseconds: 0),
        expiresAt: WallTime(milliseconds: day))
    private static let memory = TokenMemory(pair: pair, account: "x1.infusionsoft.com")

    /// Both clocks at so many milliseconds.
    private func at(_ milliseconds: Int64) -> ClockReading {
        ClockReading(Instant(offset: .milliseconds(milliseconds)), wall: WallTime(milliseconds: milliseconds))
    }

    private func ledger(_ memory: TokenMemory? = Self.memory, at now: Int64 = 0, jitter: Double = 0.5) -> TokenLedger {
        TokenLedger(memory, at: at(now), jitter: jitter)
    }

    private func grant(_ number: Int, refresh: Bool = true, account: String? = "X1.infusionsoft.com") -> TokenAnswer {
        .granted(
            TokenGrant(
                access: APIKey("a\(number)"), refresh: refresh ? APIKey("r\(number)") : nil, lifetime: .seconds(86_400),
                account: account))
    }

    private func instant(_ milliseconds: Int64) -> Instant { Instant(offset: .milliseconds(milliseconds)) }

    @Test(arguments: [(0.0, 78), (0.5, 80), (1.0, 82), (7.0, 82), (-1.0, 78)])
    func `a refresh is due at 80 percent of the token's life, a little more or less`(jitter: Double, percent: Int64) {
        let ledger = ledger(jitter: jitter)
        let due = Self.day * percent / 100
        #expect(ledger.next(at: at(0)) == .wait(until: instant(due)))
        #expect(ledger.next(at: at(due)) == .refresh(APIKey("r1")))
        #expect(ledger.access(at: at(due).wall) == APIKey("a1"))
    }

    @Test func `a pair is refreshed every seven days, however long its token lives`() {
        var long = Self.memory
        long.pair.expiresAt = WallTime(milliseconds: 40 * Self.day)
        #expect(ledger(long).next(at: at(0)) == .wait(until: instant(7 * Self.day)))
    }

    @Test func `at a start, a token that is over or nearly over is refreshed at once`() {
        #expect(ledger(at: 3 * Self.day).next(at: at(3 * Self.day)) == .refresh(APIKey("r1")))
        // Calls wait for it, rather than for the gym's next turn.
        #expect(ledger(at: 3 * Self.day).standing(at: at(3 * Self.day).wall) == TokenStanding(isUsable: true))
    }

    @Test func `the intent is what must be durable, and nothing else is begun meanwhile`() throws {
        var ledger = ledger()
        let begun = ledger.begin(at: at(70_000_000))
        let intent = try #require(begun)
        #expect(intent.refreshBegunAt == WallTime(milliseconds: 70_000_000))
        #expect(intent.pair == Self.pair)
        #expect(ledger.next(at: at(80_000_000)) == .rest)
    }

    @Test func `a granted pair takes the old one's place`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(grant(2), at: at(70_000_500), jitter: 0.5)
        #expect(ledger.memory?.pair.access == APIKey("a2"))
        #expect(ledger.memory?.pair.refresh == APIKey("r2"))
        #expect(ledger.memory?.refreshBegunAt == nil)
        #expect(ledger.next(at: at(70_000_500)) == .wait(until: instant(70_000_500 + Self.day * 80 / 100)))
        #expect(ledger.standing(at: at(70_000_500).wall) == TokenStanding(isUsable: true))
    }

    @Test func `an answer without a refresh token keeps the old one`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(grant(2, refresh: false), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.memory?.pair.refresh == APIKey("r1"))
    }

    @Test func `a lost answer is not resent for a minute, and the old token is used while it lives`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.unclear(reason: "reset"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.next(at: at(70_000_000)) == .wait(until: instant(70_060_000)))
        #expect(ledger.next(at: at(70_060_000)) == .refresh(APIKey("r1")))
        #expect(ledger.access(at: at(70_060_000).wall) == APIKey("a1"))
        // It stays begun: the token may have been used up.
        #expect(ledger.memory?.refreshBegunAt != nil)
        #expect(
            ledger.standing(at: at(70_060_000).wall) == TokenStanding(isUsable: true, trouble: .outage(reason: "reset"))
        )
    }

    @Test func `an outage of days ends nothing: the pauses grow to ten minutes, and calls wait once the token is over`()
    {
        var ledger = ledger()
        var (now, tries) = (Int64(70_000_000), 0)
        while now < 5 * Self.day {
            switch ledger.next(at: at(now)) {
            case .refresh:
                _ = ledger.begin(at: at(now))
                ledger.ended(.unclear(reason: "502"), at: at(now), jitter: 0.5)
                tries += 1
            case .wait(let instant):
                now = max(now + 1, instant.offset.components.seconds * 1_000)
            case .rest:
                Issue.record("it rests in an outage")
                return
            }
        }
        #expect((500...700).contains(tries))
        #expect(ledger.standing(at: at(now).wall) == TokenStanding(isUsable: false, trouble: .outage(reason: "502")))
        _ = ledger.begin(at: at(now))
        ledger.ended(grant(2), at: at(now), jitter: 0.5)
        #expect(ledger.standing(at: at(now).wall) == TokenStanding(isUsable: true))
    }

    @Test func `what was not sent is tried again within seconds`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.notSent(reason: "no connection"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.memory?.refreshBegunAt == nil)
        #expect(ledger.next(at: at(70_000_000)) == .wait(until: instant(70_005_000)))
    }

    @Test func `an intent that cannot be kept is not sent`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.couldNotBegin(at: at(70_000_000), reason: "full")
        #expect(ledger.memory?.refreshBegunAt == nil)
        #expect(ledger.next(at: at(70_000_000)) == .wait(until: instant(70_005_000)))
    }

    @Test func `a revoked connection is used while its token lives, and asks for its owner from then on`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.revoked(reason: "invalid_grant"), at: at(70_000_000), jitter: 0.5)
        let trouble = TokenStanding.Trouble.mustReconnect(reason: "invalid_grant")
        #expect(ledger.standing(at: at(70_000_000).wall) == TokenStanding(isUsable: true, trouble: trouble))
        #expect(ledger.next(at: at(70_000_000)) == .wait(until: instant(Self.day)))
        #expect(ledger.standing(at: at(Self.day).wall) == TokenStanding(isUsable: false, trouble: trouble))
        #expect(ledger.next(at: at(Self.day)) == .rest)
    }

    @Test func `tokens of another account are never used`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(grant(2, account: "other.infusionsoft.com"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.memory?.pair.access == APIKey("a1"))
        #expect(ledger.memory?.endedBecause?.contains("another account") == true)
    }

    @Test func `a refused client is tried again, and ends nothing`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.clientRefused(reason: "invalid_client"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.memory?.endedBecause == nil)
        #expect(ledger.next(at: at(70_000_000)) == .wait(until: instant(70_060_000)))
    }

    // MARK: After a crash

    @Test func `a process that ended in a refresh tries the old token a minute after it began, once it has started`() {
        var begun = Self.memory
        begun.refreshBegunAt = WallTime(milliseconds: 70_000_000)
        #expect(ledger(begun, at: 70_010_000).next(at: at(70_010_000)) == .wait(until: instant(70_060_000)))
        #expect(ledger(begun, at: 70_900_000).next(at: at(70_900_000)) == .refresh(APIKey("r1")))
        // A clock that was set back keeps it no longer than the pause.
        #expect(ledger(begun, at: 1_000).next(at: at(1_000)) == .wait(until: instant(61_000)))
    }

    // MARK: Refused access tokens

    @Test func `one refusal makes a refresh due, and more of the same token none`() {
        var ledger = ledger(at: 1_000_000)
        #expect(ledger.rejected(APIKey("a1"), at: at(1_000_000)) == .refreshing)
        #expect(ledger.next(at: at(1_000_000)) == .refresh(APIKey("r1")))
        _ = ledger.begin(at: at(1_000_000))
        #expect(ledger.rejected(APIKey("a1"), at: at(1_000_100)) == .refreshing)
        ledger.ended(grant(2), at: at(1_000_200), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a1"), at: at(1_000_300)) == .others)
        #expect(ledger.next(at: at(1_000_300)) != .refresh(APIKey("r2")))
    }

    @Test func `a refused token that took a refused one's place is replaced after a minute, the next after two`() {
        var ledger = ledger(at: 1_000_000)
        #expect(ledger.rejected(APIKey("a1"), at: at(1_000_000)) == .refreshing)
        _ = ledger.begin(at: at(1_000_000))
        ledger.ended(grant(2), at: at(1_000_000), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a2"), at: at(1_000_001)) == .refused)
        #expect(ledger.access(at: at(1_000_001).wall) == APIKey("a2"))
        #expect(ledger.rejected(APIKey("a2"), at: at(1_059_999)) == .refused)
        #expect(ledger.rejected(APIKey("a2"), at: at(1_060_000)) == .refreshing)
        _ = ledger.begin(at: at(1_060_000))
        ledger.ended(grant(3), at: at(1_060_000), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a3"), at: at(1_179_999)) == .refused)
        #expect(ledger.rejected(APIKey("a3"), at: at(1_180_000)) == .refreshing)
    }

    @Test func `in an outage of the token endpoint a refused token makes calls wait, and hurries nothing`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.unclear(reason: "502"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a1"), at: at(70_001_000)) == .waiting)
        #expect(ledger.standing(at: at(70_001_000).wall).isUsable == false)
        #expect(ledger.next(at: at(70_001_000)) == .wait(until: instant(70_060_000)))
    }

    @Test func `a token that is refused while its refresh is under way stays refused if that comes to nothing`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        #expect(ledger.rejected(APIKey("a1"), at: at(70_000_100)) == .refreshing)
        ledger.ended(.unclear(reason: "lost"), at: at(70_000_200), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a1"), at: at(70_000_200)) == .waiting)
        #expect(ledger.access(at: at(70_000_200).wall) == nil)
    }

    @Test func `after a revocation a refused token is over`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(.revoked(reason: "invalid_grant"), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a1"), at: at(70_000_001)) == .waiting)
        #expect(ledger.standing(at: at(70_000_001).wall).isUsable == false)
        #expect(ledger.next(at: at(70_000_001)) == .rest)
    }

    @Test func `a token of the usual refresh may be refused the moment after, and is replaced`() {
        var ledger = ledger()
        _ = ledger.begin(at: at(70_000_000))
        ledger.ended(grant(2), at: at(70_000_000), jitter: 0.5)
        #expect(ledger.rejected(APIKey("a2"), at: at(70_000_001)) == .refreshing)
    }

    // MARK: Connecting

    @Test func `without tokens nothing is asked, and consent begins anew`() {
        var ledger = ledger(nil)
        #expect(ledger.next(at: at(0)) == .rest)
        #expect(ledger.standing(at: at(0).wall) == TokenStanding(isUsable: false, trouble: .notConnected))
        #expect(ledger.rejected(APIKey("a1"), at: at(0)) == .waiting)
        ledger.connect(Self.memory, at: at(0), jitter: 0.5)
        #expect(ledger.standing(at: at(0).wall) == TokenStanding(isUsable: true))
    }

    @Test func `no token shows in a description`() {
        var memory = Self.memory
        (memory.pair.access, memory.pair.refresh) = (APIKey("access-text"), APIKey("refresh-text"))
        var dumped = ""
        dump(ledger(memory), to: &dumped)
        for text in ["\(memory.pair)", "\(memory)", String(reflecting: ledger(memory)), dumped] {
            #expect(!text.contains("access-text") && !text.contains("refresh-text"))
        }
    }
}
