package import ConfigurationReading
package import ContactSync
package import Keap

/// What bookings ask of the gym's contacts and of its Keap account.
extension OnceHubSource {
    package func add(to settings: inout SyncSettings) {
        settings.named = self.settings.named
        settings.wishes = self.settings.wishes
    }

    package func clashes(
        with other: OnceHubSource, _ settings: SyncSettings, _ others: SyncSettings, gym: GymID
    ) -> [SettingClash] {
        let (tags, theirs) = (self.settings.tags, other.settings.tags)
        guard tags.isGenericOn, theirs.isGenericOn,
            tags.genericName.description.folded == theirs.genericName.description.folded
        else { return [] }
        return [
            SettingClash(
                "onceHub.tags.generic", "booking tags of these names", "names of its own, such as \"\(gym) {status}\"")
        ]
    }

    package func introduction(of gym: GymID) -> SourceIntroduction {
        SourceIntroduction(lines: ["OnceHub posts to /hooks/\(gym)/\(Self.address)"] + settings.tagWords)
    }

    /// At most four calls.
    package func check(_ calls: any KeapAPI) async throws(KeapFailure) -> SourceFindings {
        var category: [KeapRecord] = []
        if settings.classification.leadSource != nil, let name = settings.classification.category {
            category = try await calls.records(.leadSourceCategory, named: name)
        }
        var noAppointments: String?
        if settings.creation.makesAppointments {
            do throws(KeapFailure) {
                // A contact that there never is: whether the account has a calendar is all that is asked.
                let never = KeapTime(milliseconds: 0)
                _ = try await calls.appointments(of: ContactID("0"), in: never...never)
            } catch {
                switch error {
                case .refused where error.saysNoAppointments: noAppointments = error.message
                // There is a calendar; it was asked for a contact that does not exist.
                case .refused, .gone: break
                default: throw error
                }
            }
        }
        return settings.words(
            OnceHubSettings.AccountKnowledge(
                fields: try await calls.customFields(), users: try await calls.users(), noAppointments: noAppointments,
                hasLeadSourceCategory: !category.isEmpty))
    }
}
