/// The numbers that libcurl's interface gives to options, facts and errors. They never change.
enum CurlNumber {
    static let globalAll: Int32 = 3

    // Options of a transfer.
    static let url: Int32 = 10_002
    static let headers: Int32 = 10_023
    static let method: Int32 = 10_036
    static let copiedBody: Int32 = 10_165
    static let bodySize: Int32 = 30_120
    static let onBody: Int32 = 20_011
    static let bodyContext: Int32 = 10_001
    static let onHeader: Int32 = 20_079
    static let headerContext: Int32 = 10_029
    static let beforeRequest: Int32 = 20_312
    static let beforeRequestContext: Int32 = 10_313
    static let withoutBody: Int32 = 44
    static let noSignal: Int32 = 99
    static let followsRedirections: Int32 = 52
    static let protocols: Int32 = 181
    static let httpVersion: Int32 = 84
    static let connectTimeout: Int32 = 156
    static let timeout: Int32 = 155
    static let verifiesPeer: Int32 = 64
    static let verifiesHost: Int32 = 81
    static let authorities: Int32 = 10_065
    static let keepAlive: Int32 = 213
    static let oldestIdleConnection: Int32 = 288
    static let freshConnection: Int32 = 74
    static let forbidsReuse: Int32 = 75
    static let proxy: Int32 = 10_004
    static let quickExit: Int32 = 322

    static let httpAndHTTPS = 3
    static let version1_1 = 2

    // Options of the loop.
    static let mostKeptConnections: Int32 = 6
    static let mostConnections: Int32 = 13

    // Facts of a transfer.
    static let status: Int32 = 0x20_0002
    static let requestSize: Int32 = 0x20_000C
    static let newConnections: Int32 = 0x20_001A
    static let connectTime: Int32 = 0x60_0034
    static let handshakeTime: Int32 = 0x60_0038
    static let firstByteTime: Int32 = 0x60_0036

    static let done: Int32 = 1

    // Errors.
    static let ok: Int32 = 0
    static let aborted: Int32 = 42
    static let timedOut: Int32 = 28
    static let badAuthorities: Int32 = 77
}
