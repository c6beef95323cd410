package import ContactSync
import Keap

/// How dates in booking forms are read, and in which zone a booking's time has a date.
package struct DateRules: Equatable, Sendable {
    package enum Zone: Equatable, Sendable {
        /// The customer's; UTC where OnceHub does not say.
        case customer
        case named(ValueReading)
    }

    package var order = ValueReading.DayOrder.monthFirst
    package var zone = Zone.customer

    package init() {}

    func reading(for booking: Booking) -> ValueReading {
        var reading: ValueReading =
            switch zone {
            case .customer: ValueReading(zone: booking.timeZone) ?? .utc
            case .named(let named): named
            }
        reading.dayOrder = order
        return reading
    }
}
