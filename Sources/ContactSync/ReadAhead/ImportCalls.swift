package import Keap

/// How an import calls Keap: behind everything live, and with what was read ahead.
package struct ImportCalls: Sendable {
    let calls: any KeapCalls
    let readAhead: ReadAhead

    package init(calls: any KeapCalls, readAhead: ReadAhead) {
        self.calls = calls
        self.readAhead = readAhead
    }
}
