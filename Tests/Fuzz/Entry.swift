// What the libraries link, which a static library does not tell its user.
import Dispatch
import Foundation
import Synchronization

/// What libFuzzer calls, over and over, with bytes that it makes up. `.ci/fuzz` builds it beside one `decodeFuzzed`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    if let violation = decodeFuzzed(Array(UnsafeBufferPointer(start: start, count: count))) {
        fatalError(violation)
    }
    return 0
}
