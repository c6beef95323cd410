import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The functions of libcurl, opened at run time, so that a program without calls needs none.
package final class CurlLibrary: Sendable, CustomStringConvertible {
    /// Why it cannot be used.
    package enum Unusable: Error, Equatable, CustomStringConvertible {
        /// It is not there, or too old.
        case missing(String)
        /// It is there, and has no means to work with.
        case cannotStart(String)

        package var description: String {
            switch self {
            case .missing(let reason):
                "libcurl, which makes the calls, cannot be used (\(reason)); install the package libcurl4 (Debian, Ubuntu) or "
                    + "libcurl (other systems), version 7.68 or later"
            case .cannotStart(let reason): "libcurl cannot start: \(reason)"
            }
        }
    }

    // A failure is not kept: it may be a shortage that passes.
    private static let loaded = Mutex<CurlLibrary?>(nil)

    /// Opens it, once in a process.
    @discardableResult
    package static func load() throws(Unusable) -> CurlLibrary {
        try loaded.withLock { loaded throws(Unusable) in
            if let library = loaded { return library }
            let library = try CurlLibrary()
            loaded = library
            return library
        }
    }

    /// Such as `7.88.1`.
    let version: String
    /// The library under it, such as `OpenSSL/3.0.15`; empty if it has none.
    let tls: String
    /// Whether it can be kept from sending a request a second time by itself.
    let hasGuard: Bool

    // Functions of a library that is never unloaded.
    nonisolated(unsafe) let setOption: UnsafeMutableRawPointer
    nonisolated(unsafe) let getInfo: UnsafeMutableRawPointer
    nonisolated(unsafe) let setMultiOption: UnsafeMutableRawPointer
    let makeEasy: @convention(c) @Sendable () -> UnsafeMutableRawPointer?
    let cleanUpEasy: @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Void
    let errorText: @convention(c) @Sendable (Int32) -> UnsafePointer<CChar>?
    let append:
        @convention(c) @Sendable (UnsafeMutableRawPointer?, UnsafePointer<CChar>) ->
            UnsafeMutableRawPointer?
    let freeList: @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Void
    let makeMulti: @convention(c) @Sendable () -> UnsafeMutableRawPointer?
    let add: @convention(c) @Sendable (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32
    let remove: @convention(c) @Sendable (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Int32
    let perform: @convention(c) @Sendable (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>) -> Int32
    let poll:
        @convention(c) @Sendable (
            UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UInt32, Int32,
            UnsafeMutablePointer<Int32>?
        ) -> Int32
    let wakeUp: @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Int32
    let readMessage:
        @convention(c) @Sendable (UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>) ->
            UnsafeMutablePointer<
                ccurl_message
            >?
    let cleanUpMulti: @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Int32

    private static let names = [
        "libcurl.so.4", "libcurl-gnutls.so.4", "/usr/lib/libcurl.4.dylib", "libcurl.4.dylib",
    ]
    /// Of the first version whose transfers call back before each request.
    private static let guarded: UInt32 = 0x07_50_00

    private init() throws(Unusable) {
        var reasons: [String] = []
        var opened: UnsafeMutableRawPointer?
        for name in Self.names where opened == nil {
            opened = dlopen(name, RTLD_NOW | RTLD_LOCAL)
            if opened == nil, let reason = dlerror() { reasons.append(String(cString: reason)) }
        }
        guard let library = opened else {
            let reason = reasons.first ?? "not found"
            // Then it may well be there.
            let isShortage = [EMFILE, ENFILE].contains { reason.contains(String(cString: strerror($0))) }
            throw isShortage ? Unusable.cannotStart(reason) : .missing(reason)
        }
        func find(_ name: String) throws(Unusable) -> UnsafeMutableRawPointer {
            guard let symbol = dlsym(library, name) else {
                throw Unusable.missing("it is too old: it has no \(name)")
            }
            return symbol
        }
        setOption = try find("curl_easy_setopt")
        getInfo = try find("curl_easy_getinfo")
        setMultiOption = try find("curl_multi_setopt")
        makeEasy = unsafeBitCast(try find("curl_easy_init"), to: type(of: makeEasy))
        cleanUpEasy = unsafeBitCast(try find("curl_easy_cleanup"), to: type(of: cleanUpEasy))
        errorText = unsafeBitCast(try find("curl_easy_strerror"), to: type(of: errorText))
        append = unsafeBitCast(try find("curl_slist_append"), to: type(of: append))
        freeList = unsafeBitCast(try find("curl_slist_free_all"), to: type(of: freeList))
        makeMulti = unsafeBitCast(try find("curl_multi_init"), to: type(of: makeMulti))
        add = unsafeBitCast(try find("curl_multi_add_handle"), to: type(of: add))
        remove = unsafeBitCast(try find("curl_multi_remove_handle"), to: type(of: remove))
        perform = unsafeBitCast(try find("curl_multi_perform"), to: type(of: perform))
        poll = unsafeBitCast(try find("curl_multi_poll"), to: type(of: poll))
        wakeUp = unsafeBitCast(try find("curl_multi_wakeup"), to: type(of: wakeUp))
        readMessage = unsafeBitCast(try find("curl_multi_info_read"), to: type(of: readMessage))
        cleanUpMulti = unsafeBitCast(try find("curl_multi_cleanup"), to: type(of: cleanUpMulti))

        let start = unsafeBitCast(
            try find("curl_global_init"), to: (@convention(c) (Int) -> Int32).self)
        let code = start(Int(CurlNumber.globalAll))
        guard code == 0 else { throw Unusable.cannotStart("error \(code)") }
        let about = unsafeBitCast(
            try find("curl_version_info"),
            to: (@convention(c) (Int32) -> UnsafePointer<ccurl_version>?).self)
        guard let info = about(0) else { throw Unusable.missing("it does not tell its version") }
        version = info.pointee.version.map { String(cString: $0) } ?? "?"
        tls = info.pointee.tls.map { String(cString: $0) } ?? ""
        hasGuard = info.pointee.number >= Self.guarded
    }

    /// Such as `libcurl 7.88.1 (OpenSSL/3.0.17)`.
    package var description: String { "libcurl \(version)" + (tls.isEmpty ? "" : " (\(tls))") }

    func text(of code: Int32) -> String {
        errorText(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
