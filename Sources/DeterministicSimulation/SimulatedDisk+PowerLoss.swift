import SeededRandom

extension SimulatedDisk {
    /// The files that the machine finds when it has power again.
    func afterPowerLoss(_ random: inout SeededGenerator) -> SimulatedDisk {
        var next = self
        next.loseNames(&random)
        for file in files.keys.sorted() {
            let changes = next.takeUnsynced(file)
            // All and nothing happen by themselves to a few changes only.
            switch Int.random(in: 0..<8, using: &random) {
            case 0: for change in changes { next.bring(change, of: file) }
            case 1: break
            default: for change in changes { next.bringSome(of: change, of: file, &random) }
            }
        }
        next.restart()
        return next
    }

    /// The same, if the disk had brought nothing home that it was not told to.
    func afterLosingEverythingUnsynced() -> SimulatedDisk {
        var next = self
        next.names = durableNames
        for file in files.keys { next.files[file]!.unsynced = [] }
        next.restart()
        return next
    }

    private mutating func restart() {
        unsyncedNames = []
        durableNames = names
        let named = Set(names.values)
        files = files.filter { named.contains($0.key) }
        for file in named { files[file] = File(cache: files[file]!.disk, disk: files[file]!.disk) }
    }

    private mutating func loseNames(_ random: inout SeededGenerator) {
        names = durableNames
        // Most file systems bring names to the disk in order; none promises it.
        let isInOrder = Bool.random(using: &random)
        let prefix = Int.random(in: 0...unsyncedNames.count, using: &random)
        for (index, change) in unsyncedNames.enumerated() {
            guard isInOrder ? index < prefix : Bool.random(using: &random) else { continue }
            Self.apply(change, to: &names)
        }
    }

    mutating func bringSome(of change: Change, of file: FileID, _ random: inout SeededGenerator) {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bring(change, of: file)
        case 1: break
        case 2: bringPart(of: change, of: file, &random) { _, isWithinPrefix in isWithinPrefix }
        default: bringPart(of: change, of: file, &random) { random, _ in Bool.random(using: &random) }
        }
    }

    /// Sector by sector, of 512 bytes: those are whole or not there.
    private mutating func bringPart(
        of change: Change, of file: FileID, _ random: inout SeededGenerator,
        _ isBrought: (inout SeededGenerator, _ isWithinPrefix: Bool) -> Bool
    ) {
        guard case .write(let offset, let bytes, let landing) = change else { return }
        let prefix = Int.random(in: 0...bytes.count, using: &random)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, (offset + start) / 512 * 512 + 512 - offset)
            if isBrought(&random, end <= prefix) {
                bring(bytes[start..<end], to: offset + start, of: file, landing, from: offset)
            }
            start = end
        }
    }
}
