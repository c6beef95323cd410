package import OutboundAPI

/// Where ChartMogul's API lives.
package enum ChartMogulSite {
    package static let defaultBase = "https://api.chartmogul.com"

    /// - Parameter base: without `/v1`.
    package static func site(_ base: String = defaultBase) throws(APISite.Problem) -> APISite {
        try APISite(base, of: "ChartMogul")
    }
}
