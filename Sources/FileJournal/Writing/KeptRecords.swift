/// Records in memory, for readers that come soon.
struct KeptRecords {
    /// Those that were submitted last.
    var recent: RecentRecords
    /// Those that follow what was read last.
    var ahead: ReadAheadRecords

    init(most: Int) { (recent, ahead) = (RecentRecords(most: most), ReadAheadRecords(most: most)) }

    subscript(address: RecordAddress) -> JournalRecord? { recent[address] ?? ahead[address] }
}
