import ContactSync
import Testing

struct NameKeyTests {
    private func key(_ email: FieldValue?, _ first: FieldValue?, _ last: FieldValue?) -> String? {
        var person = PersonSnapshot(sourceID: "1")
        person.values[.email] = email
        person.values[.firstName] = first
        person.values[.lastName] = last
        return person.nameKey
    }

    @Test func `case and blanks do not tell people apart`() {
        let ana = key(.value("ana@example.org"), .value("Ana Maria"), .value("Ruiz"))
        #expect(ana != nil)
        #expect(key(.value("ANA@Example.org"), .value("ana  maria"), .value("RUIZ")) == ana)
    }

    @Test func `address, first and last name each tell people apart`() {
        let ana = key(.value("p@example.org"), .value("Ana"), .value("Ruiz"))
        #expect(key(.value("q@example.org"), .value("Ana"), .value("Ruiz")) != ana)
        #expect(key(.value("p@example.org"), .value("Bo"), .value("Ruiz")) != ana)
        #expect(key(.value("p@example.org"), .value("Ana"), .value("Ng")) != ana)
        #expect(key(.value("p@example.org"), .value("Ana Ruiz"), nil) != ana)
        #expect(key(.value("p@example.org"), .value("Ana"), nil) != key(.value("p@example.org"), nil, .value("Ana")))
    }

    @Test func `without an address, or with an address alone, nobody is known`() {
        #expect(key(nil, .value("Ana"), .value("Ruiz")) == nil)
        #expect(key(.empty, .value("Ana"), .value("Ruiz")) == nil)
        #expect(key(.value("p@example.org"), nil, .empty) == nil)
        #expect(key(.value("p@example.org"), .value("Ana"), nil) != nil)
    }
}
