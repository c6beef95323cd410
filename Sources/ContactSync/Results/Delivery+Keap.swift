package import Connectors
package import Keap

extension Delivery {
    /// How an attempt ended at a call that failed.
    ///
    /// - Parameter doing: to stand after "Keap refused to".
    package init(_ failure: KeapFailure, doing: String, state: [UInt8]) {
        self = DeliveryFailure.keap(failure).delivery(state: state, doing: doing)
    }
}
