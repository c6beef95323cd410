/// A command's run ended badly: one or more sentences for standard error.
struct CommandFailure: Error {
    var sentence: String
    /// The status that a service answered; nil if none did.
    var status: Int?
    /// Whether there is a service, be it one that gives no answer.
    var isAnswered: Bool

    init(_ sentence: String, status: Int? = nil, isAnswered: Bool = false) {
        (self.sentence, self.status) = (sentence, status)
        self.isAnswered = isAnswered || status != nil
    }
}
