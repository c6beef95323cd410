import Testing

@testable import Keap

@Suite struct SuspectsTests {
    private let sick = CallSubject.contact(ContactID("1"))

    private func other(_ number: Int) -> CallSubject { .contact(ContactID("other \(number)")) }

    @Test func `what fails for one while others' calls go well is convicted after a few tries`() {
        var suspects = Suspects()
        #expect(suspects.failed(.updateContact, sick) == false)
        for strike in 1...Suspects.mostStrikes {
            suspects.succeeded(.updateContact, other(strike))
            #expect(suspects.failed(.updateContact, sick) == (strike == Suspects.mostStrikes))
        }
        #expect(suspects.failed(.updateContact, sick) == true, "tried again at once, it is what it was")
        suspects.succeeded(.updateContact, sick)
        #expect(suspects.isEmpty)
    }

    @Test func `an outage convicts nobody, however long it lasts`() {
        var suspects = Suspects()
        for round in 1...10_000 {
            #expect(suspects.failed(.updateContact, .contact(ContactID("\(round % 50)"))) == false)
        }
        for _ in 1...10_000 { #expect(suspects.failed(.updateContact, sick) == false) }
    }

    @Test func `an outage ends what was held against somebody before`() {
        var suspects = Suspects()
        _ = suspects.failed(.updateContact, sick)
        for strike in 1...Suspects.mostStrikes {
            suspects.succeeded(.updateContact, other(strike))
            _ = suspects.failed(.updateContact, sick)
        }
        _ = suspects.failed(.updateContact, other(1))
        for _ in 1...100 { #expect(suspects.failed(.updateContact, sick) == false) }
    }

    @Test func `others that do well at something else prove nothing`() {
        var suspects = Suspects()
        for number in 1...1_000 {
            suspects.succeeded(.readContact, other(number))
            #expect(suspects.failed(.updateContact, sick) == false)
        }
    }

    @Test func `with nobody to compare with it is only counted`() {
        var suspects = Suspects()
        for _ in 1...100 { #expect(suspects.failed(.updateContact, sick) == false) }
        #expect(suspects.failures(of: ContactID("1")) == 100)
        suspects.succeeded(.updateContact, sick)
        #expect(suspects.failures(of: ContactID("1")) == 0)
    }

    @Test func `a success in between clears it`() {
        var suspects = Suspects()
        for number in 1...100 {
            for _ in 1..<Suspects.mostStrikes {
                suspects.succeeded(.updateContact, other(number))
                #expect(suspects.failed(.updateContact, sick) == false)
            }
            suspects.succeeded(.updateContact, sick)
        }
    }

    @Test func `where others fail as well there are no strikes, and those before an outage are forgotten`() {
        var suspects = Suspects()
        for round in 1...200 {
            suspects.succeeded(.updateContact, other(round))
            if round.isMultiple(of: 3) { #expect(suspects.failed(.updateContact, other(1_000 + round)) == false) }
            if round.isMultiple(of: 5) { suspects.wasUnclear(.updateContact, other(2_000 + round)) }
            #expect(suspects.failed(.updateContact, sick) == false)
        }
    }

    @Test func `many that are sick are convicted each, though they are many`() {
        var suspects = Suspects()
        var convicted: Set<Int> = []
        for round in 1...20 {
            for number in 1...30 where !convicted.contains(number) {
                if suspects.failed(.updateContact, .contact(ContactID("\(number)"))) { convicted.insert(number) }
            }
            suspects.succeeded(.updateContact, other(round))
        }
        #expect(convicted.count == 30)
    }

    @Test func `memory is bounded`() {
        var suspects = Suspects()
        for number in 0..<(3 * Suspects.mostRecords) { _ = suspects.failed(.updateContact, other(number)) }
        #expect(suspects.failures(of: ContactID("other 0")) == 0)
        #expect(suspects.failures(of: ContactID("other \(3 * Suspects.mostRecords - 1)")) == 1)
    }
}
