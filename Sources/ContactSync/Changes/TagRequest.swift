/// Tags that are decided together. Families that no wish names stay as they are.
package struct TagRequest: Equatable, Sendable {
    package var family: TagFamily
    /// To be worn.
    package var worn: [WantedTag]
    /// Whether whatever else of the family is worn comes off.
    package var isWhole: Bool
    /// Whether, though the wish is not whole, other tags of the programs that it names come off.
    package var replacesInPrograms = false
    /// To come off, also if the others of the family stay.
    package var unworn: [WantedTag] = []
    /// Whether tags that are worn already are taken off and applied again, once for this job.
    package var isRenewed = false

    package init(_ family: TagFamily, worn: [WantedTag], isWhole: Bool = true) {
        self.family = family
        self.worn = worn
        self.isWhole = isWhole
    }
}
