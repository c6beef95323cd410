/// Why a request is refused before any handler sees it.
///
/// The connection closes after the answer, since the end of a request that broke the rules is unknown.
package struct Rejection: Error, Equatable, Sendable {
    package let status: Int
    package let sentence: String

    static func badRequest(_ sentence: String) -> Rejection { Rejection(status: 400, sentence: sentence) }
}
