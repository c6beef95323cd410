import Foundation
import OutboundAPI

/// The most items that Keap gives on one page.
let largestPage = 1_000

/// The query of one page of a list.
func pageQuery(size: Int = largestPage, token: String?) -> [QueryItem] {
    guard let token else { return [QueryItem("page_size", String(size))] }
    // Some lists give a whole address as their token. Its query is asked for again, but on our own path and host: the
    // key must not follow wherever an answer points.
    if let query = queryOfAddress(token) { return [QueryItem(encoded: query)] }
    return [QueryItem("page_size", String(size)), QueryItem("page_token", token)]
}

/// Whether a token carries a whole query, which then holds filter and fields too.
func isAddress(_ token: String?) -> Bool { token.flatMap(queryOfAddress) != nil }

private func queryOfAddress(_ token: String) -> String? {
    guard token.hasPrefix("https://") || token.hasPrefix("http://"), let parts = URLComponents(string: token) else {
        return nil
    }
    guard let query = parts.percentEncodedQuery, !query.isEmpty else { return nil }
    // What the parser lets stand is not always fit for a request line of ours.
    return query.replacingOccurrences(of: "+", with: "%20").replacingOccurrences(of: ";", with: "%3B")
}
