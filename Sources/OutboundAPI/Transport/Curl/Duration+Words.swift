extension Duration {
    /// Such as `30 s` or `200 ms`.
    var inWords: String {
        let milliseconds = Int(exactly: (self / .milliseconds(1)).rounded()) ?? .max
        return milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
