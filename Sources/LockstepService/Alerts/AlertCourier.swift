import AsyncPrimitives
import Clocks
import ConfigurationReading
import Foundation
import OutboundAPI

/// Tells the alerts' web hook, one change at a time and in their order, until it takes it. Nothing waits for this.
struct AlertCourier: Sendable {
    let desk: AlertDesk
    let log: ServiceLog
    let clock: any TimeSource
    let transport: @Sendable (APISite) -> any HTTPTransport

    /// How long one try may take.
    static let deadline = Duration.seconds(10)

    /// Until the task is cancelled.
    ///
    /// - Parameter settings: asked for each try, since a reload may change them.
    func run(_ settings: @Sendable () -> AlertSettings) async {
        var failures = 0
        var (site, wire): (APISite?, (any HTTPTransport)?) = (nil, nil)
        while !Task.isCancelled {
            guard let change = desk.next, let webhook = settings().webhook else {
                await desk.changed.wait()
                continue
            }
            if site != webhook.site { (site, wire) = (webhook.site, transport(webhook.site)) }
            guard let wire else { continue }
            let problem = await Self.send(AlertNotice(change), to: webhook, over: wire)
            guard let problem else {
                if failures > 0 { log.info("the alerts' web hook takes alerts again") }
                failures = 0
                await desk.told(change)
                continue
            }
            if failures == 0 {
                log.warning("an alert could not be sent to the alerts' web hook, and is tried again: \(problem)")
            }
            failures += 1
            let pause = AlertOutbox.pause(afterFailures: failures)
            guard (try? await clock.sleep(for: pause)) != nil else { return }
        }
    }

    /// - Returns: why it was not taken, in a sentence without the address; nil if it was.
    static func send(
        _ notice: AlertNotice, to webhook: AlertSettings.Webhook, over wire: any HTTPTransport
    ) async -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(notice) else { return "it cannot be written" }
        var request = APIRequest(
            APIEndpoint("alert"), .post, [], headers: ["Content-Type": "application/json"], body: Array(body))
        request.target = webhook.target
        if let header = webhook.header { request.headers[header.name] = header.value.text }
        do throws(TransportFailure) {
            let status = try await wire.send(request, deadline: deadline).status
            return (200..<300).contains(status) ? nil : "it was answered with status \(status)"
        } catch {
            switch error {
            case .notSent(let reason), .unclear(let reason): return reason
            }
        }
    }
}
