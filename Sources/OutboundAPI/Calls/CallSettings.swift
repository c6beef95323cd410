package struct CallSettings: Sendable {
    /// Calls under way at once. Those that wait for their budget are not. More than may begin in a second (10 with a
    /// key, 25 with a client) never are, however long they take.
    package var concurrency = 32
    /// From sending to the whole answer.
    package var timeout = Duration.seconds(30)
    /// The same for endpoints whose answers take long.
    package var slowTimeout = Duration.seconds(60)

    package init() {}
}
