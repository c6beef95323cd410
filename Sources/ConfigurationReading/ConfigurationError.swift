/// Why a configuration cannot be used: everything that was found at once, so that it can be mended at once.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String
    /// In the order of the file; never empty.
    package var problems: [ConfigurationProblem]

    package init(file: String, problems: [ConfigurationProblem]) {
        (self.file, self.problems) = (file, problems)
    }

    package var description: String {
        problems.map { problem in
            let place = problem.place.map { ":\($0)" } ?? ""
            return "\(file)\(place): \(problem)"
        }.joined(separator: "\n")
    }
}
