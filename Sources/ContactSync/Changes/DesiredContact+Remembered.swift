import Keap

extension DesiredContact {
    /// The same with what is to be put back beside it. A message of the source of record is newer than what is
    /// remembered; a booking's form is not, where the contact is the source of record's.
    func puttingBack(_ known: RememberedState?) -> DesiredContact {
        guard let known else { return self }
        var whole = self
        whole.sourceID = sourceID ?? known.sourceID
        let isNewer = isOfRecord || !known.isOfRecord
        whole.values = known.values.merging(values) { remembered, own in isNewer ? own : remembered }
        return whole
    }
}
