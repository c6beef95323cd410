import CCurl

/// libcurl's handle of one transfer, with what it points to. Used on the loop's thread alone.
final class CurlHandle {
    let transfer: CurlTransfer
    let pointer: UnsafeMutableRawPointer
    private let library: CurlLibrary
    private var headerList: UnsafeMutableRawPointer?

    /// Whether libcurl asks before each sending. If not, the transfer has a connection of its own, on which libcurl
    /// repeats nothing.
    private let isGuarded: Bool

    /// Nil if libcurl has no memory for it, or does not know an option without which it must not be used.
    init?(_ transfer: CurlTransfer, _ library: CurlLibrary, isGuarded: Bool, idleSeconds: Int) {
        guard let pointer = library.makeEasy() else { return nil }
        self.transfer = transfer
        self.pointer = pointer
        self.library = library
        self.isGuarded = isGuarded
        guard configure(idleSeconds) else { return nil }
    }

    deinit {
        library.cleanUpEasy(pointer)
        if let headerList { library.freeList(headerList) }
    }

    /// How it ended, as libcurl tells after `code`.
    func finished(_ code: Int32) -> FinishedTransfer {
        var finished = FinishedTransfer(code: code, text: library.text(of: code))
        finished.status = number(CurlNumber.status)
        finished.sendings = sendings
        finished.isTooLong = transfer.answer.isTooLong
        finished.newConnections = number(CurlNumber.newConnections)
        // The handshake's is 0 without TLS.
        finished.connectTime = max(time(CurlNumber.connectTime), time(CurlNumber.handshakeTime))
        finished.firstByteTime = time(CurlNumber.firstByteTime)
        return finished
    }

    /// What its end means if it is given up now.
    var failureIfAbandoned: TransportFailure {
        FinishedTransfer.abandoned(sendings: sendings, peer: transfer.settings.peer)
    }

    private var sendings: Int {
        isGuarded ? transfer.sendings : number(CurlNumber.requestSize) > 0 ? 1 : 0
    }

    private func configure(_ idleSeconds: Int) -> Bool {
        let (request, settings) = (transfer.request, transfer.settings)
        var isKnown = true
        func set(_ option: Int32, _ value: Int) {
            isKnown = ccurl_set_long(library.setOption, pointer, option, value) == CurlNumber.ok && isKnown
        }
        func set(_ option: Int32, _ text: String) {
            let code = text.withCString { ccurl_set_pointer(library.setOption, pointer, option, $0) }
            isKnown = code == CurlNumber.ok && isKnown
        }
        func set(_ option: Int32, _ value: UnsafeMutableRawPointer?) {
            isKnown = ccurl_set_pointer(library.setOption, pointer, option, value) == CurlNumber.ok && isKnown
        }
        func call(_ option: Int32, _ callback: @escaping Callback) {
            isKnown = ccurl_set_callback(library.setOption, pointer, option, callback) == CurlNumber.ok && isKnown
        }
        set(CurlNumber.url, request.url)
        set(CurlNumber.method, request.method)
        if !request.hasAnswerBody { set(CurlNumber.withoutBody, 1) }
        set(CurlNumber.protocols, CurlNumber.httpAndHTTPS)
        set(CurlNumber.httpVersion, CurlNumber.version1_1)
        set(CurlNumber.followsRedirections, 0)
        set(CurlNumber.noSignal, 1)
        set(CurlNumber.verifiesPeer, 1)
        set(CurlNumber.verifiesHost, 2)
        if let file = settings.authorities { set(CurlNumber.authorities, file) }
        // An empty one is none, also where the environment names one.
        if !request.mayUseProxy { set(CurlNumber.proxy, "") }
        set(CurlNumber.keepAlive, 1)
        set(CurlNumber.oldestIdleConnection, idleSeconds)
        set(CurlNumber.timeout, settings.deadline.curlMilliseconds)
        set(CurlNumber.connectTimeout, settings.deadline.curlMilliseconds)
        for line in request.headerLines {
            guard let longer = line.withCString({ library.append(headerList, $0) }) else { return false }
            headerList = longer
        }
        set(CurlNumber.headers, headerList)
        if let body = request.body {
            isKnown =
                ccurl_set_offset(library.setOption, pointer, CurlNumber.bodySize, Int64(body.count)) == CurlNumber.ok
                && isKnown
            // An empty array may have no address, which would mean no body.
            let code = (body.isEmpty ? [0] : body).withUnsafeBytes {
                ccurl_set_pointer(library.setOption, pointer, CurlNumber.copiedBody, $0.baseAddress)
            }
            isKnown = code == CurlNumber.ok && isKnown
        }
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        set(CurlNumber.bodyContext, context)
        set(CurlNumber.headerContext, context)
        call(CurlNumber.onBody, unsafeBitCast(takeBody, to: Callback.self))
        call(CurlNumber.onHeader, unsafeBitCast(takeHeader, to: Callback.self))
        if isGuarded {
            set(CurlNumber.beforeRequestContext, context)
            call(CurlNumber.beforeRequest, unsafeBitCast(beforeRequest, to: Callback.self))
        } else {
            set(CurlNumber.freshConnection, 1)
            set(CurlNumber.forbidsReuse, 1)
        }
        // Where it is not known, a name that does not resolve in time holds up the others until it ends.
        _ = ccurl_set_long(library.setOption, pointer, CurlNumber.quickExit, 1)
        return isKnown
    }

    private func number(_ info: Int32) -> Int {
        var value = 0
        return ccurl_get_long(library.getInfo, pointer, info, &value) == CurlNumber.ok ? value : 0
    }

    private func time(_ info: Int32) -> Duration {
        var value: Int64 = 0
        return ccurl_get_offset(library.getInfo, pointer, info, &value) == CurlNumber.ok ? .microseconds(value) : .zero
    }
}

private typealias Callback = @convention(c) () -> Void
private typealias DataCallback =
    @convention(c) (UnsafeMutableRawPointer?, Int, Int, UnsafeMutableRawPointer?) -> Int

private func transfer(_ context: UnsafeMutableRawPointer?) -> CurlTransfer? {
    context.map { Unmanaged<CurlTransfer>.fromOpaque($0).takeUnretainedValue() }
}

// The size of an element is 1. Any other answer than the number of bytes ends the transfer.
private let takeBody: DataCallback = { bytes, _, count, context in
    transfer(context)?.addBody(UnsafeRawBufferPointer(start: bytes, count: count)) == true ? count : -1
}

private let takeHeader: DataCallback = { bytes, _, count, context in
    transfer(context)?.addHeader(UnsafeRawBufferPointer(start: bytes, count: count)) == true ? count : -1
}

// Any other answer than 0 ends the transfer.
private let beforeRequest:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, Int32, Int32
    ) -> Int32 = { context, _, _, _, _ in transfer(context)?.maySend() == true ? 0 : 1 }

extension Duration {
    /// At least 1, since 0 is no limit; at most what fits libcurl's own, 24 days.
    fileprivate var curlMilliseconds: Int {
        let milliseconds = self / .milliseconds(1)
        return milliseconds < 1 ? 1 : milliseconds < Double(Int32.max) ? Int(milliseconds.rounded(.up)) : Int(Int32.max)
    }
}
