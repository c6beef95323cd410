/// What an operator can do about a dead letter.
enum Remedy: Equatable, Sendable {
    /// Its message can be read, so another try may go well.
    case retry
    /// Lockstep still cannot tell what the message means, for this reason.
    case mendThenRetry(String)
    /// Its gym is not in the configuration.
    case gymMissing
    /// Its message cannot be read back from the disk.
    case unreadable

    var sentence: String {
        switch self {
        case .retry:
            "Once that is mended, `lockstep retry` gives it another try; `lockstep discard` gives it up."
        case .mendThenRetry(let why):
            """
            `lockstep retry` cannot help before the message can be understood. \(why) If the settings are right and the \
            message is not, `lockstep discard` gives it up, and the source can send it anew.
            """
        case .gymMissing:
            "Put its gym back into the configuration and send Lockstep SIGHUP (`systemctl reload`); `lockstep discard` gives it up."
        case .unreadable:
            "Its message cannot be read from the disk, so a retry cannot help; have the source send it anew, and discard it."
        }
    }
}
