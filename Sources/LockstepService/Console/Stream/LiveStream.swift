import Clocks

/// Sends one page's changes to one browser, for as long as it may see the page.
actor LiveStream {
    private let clock: any TimeSource
    /// What the page shows now; nil ends the stream.
    private let regions: @Sendable () async -> [LiveRegion]?
    private var frames: LiveFrames
    private var hasBegun = false

    init(seen: String, clock: any TimeSource, regions: @escaping @Sendable () async -> [LiveRegion]?) {
        self.clock = clock
        self.regions = regions
        frames = LiveFrames(seen: seen, at: clock.now)
    }

    /// Returns the next bytes; nil at the end, and when its task is cancelled.
    func next() async -> [UInt8]? {
        guard hasBegun else {
            hasBegun = true
            return LiveFrames.beginning
        }
        while !Task.isCancelled {
            // Throws when the browser has gone or the service stops.
            guard (try? await clock.sleep(for: LiveFrames.interval)) != nil, let regions = await regions() else {
                return nil
            }
            if let bytes = frames.look(regions, at: clock.now) { return bytes }
        }
        return nil
    }
}
