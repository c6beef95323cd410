/// What lets calls in at a Keap account: a key, or what an OAuth client was given. Named after the gym that brings it and
/// never by its text, so that a key or token may be changed for another under one identity.
package struct KeapLogin: Hashable, Sendable {
    /// Where the account's API lives.
    package let base: String
    /// Gyms with one key have one login: the first one's name.
    package let gym: String

    package init(base: String, gym: String) {
        self.base = base
        self.gym = gym
    }
}
