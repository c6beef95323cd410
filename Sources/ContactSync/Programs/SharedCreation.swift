import AsyncPrimitives

/// Keeps the gyms of one Keap account apart while they look for, and make, what the account has once: categories, custom
/// fields, tags of one name, and records. Two that both looked first would both make it.
package final class SharedCreation: Sendable {
    let connecting = KeyedLock<Int, Void>()
    let naming = KeyedLock<String, Void>()
    let referring = KeyedLock<ReferenceNeed, Void>()

    package init() {}
}
