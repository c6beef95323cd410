package import Keap

/// How an import calls Keap: behind everything live, and with what was read ahead.
package struct ImportCalls: Sendable {
    let calls: any KeapAPI
    let readAhead: ContactPrefetch

    package init(calls: any KeapAPI, readAhead: ContactPrefetch) {
        self.calls = calls
        self.readAhead = readAhead
    }
}
