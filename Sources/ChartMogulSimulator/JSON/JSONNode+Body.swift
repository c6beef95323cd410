import WireFormats

extension JSONNode {
    /// Reads exactly one value. Deeper nesting than any of ChartMogul's shapes would only serve to exhaust the stack.
    init?(body: [UInt8]) {
        var dialect = JSONDialect()
        dialect.deepest = 63
        dialect.refusesHalfCharacters = true
        dialect.allowsMark = false
        do throws(JSONProblem) {
            self = try JSONReader.read(body, as: dialect)
        } catch {
            return nil
        }
    }
}
