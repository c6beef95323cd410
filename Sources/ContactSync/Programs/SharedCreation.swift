/// Keeps the gyms of one Keap account apart while they look for, and make, what the account has once: categories, custom
/// fields, tags of one name, and records. Two that both looked first would both make it.
package final class SharedCreation: Sendable {
    let connecting = KeyedLock<Int>()
    let naming = KeyedLock<String>()
    let referring = KeyedLock<ReferenceNeed>()

    package init() {}
}
