import ChartMogulFeed
import ConfigurationReading

extension Configuration {
    /// Gyms with one ChartMogul key and one data source would take each other's contacts: ids in Keap are the same numbers
    /// in each account.
    var sharedDataSourceProblems: [ConfigurationProblem] {
        struct DataSource: Hashable {
            var account: ChartMogulAccount.Login
            var name: String
        }
        var first: [DataSource: String] = [:]
        return gyms.enumerated().compactMap { place, gym in
            guard let settings = gym.chartMogul else { return nil }
            let source = DataSource(account: .init(of: settings), name: settings.dataSource)
            let name = "gyms[\(place)] (\(gym.id))"
            guard let other = first[source] else {
                first[source] = name
                return nil
            }
            return ConfigurationProblem(
                "gyms[\(place)].chartMogul.dataSource",
                .notUsable(
                    reason:
                        "\(other) has the same key and the same data source \"\(settings.dataSource)\"; give this gym a "
                        + "name of its own, such as \"Keap \(gym.id)\""))
        }
    }
}
