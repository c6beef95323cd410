/// Takes a record out of what some senders put around it, and its address and name out of what they put those into.
struct RecordShape {
    let settings: ZenPlannerSettings

    /// Objects around a record that say no more than "here it is".
    private static let wrappers = Set(
        ["person", "data", "record", "payload", "attributes", "model", "body"].map(FieldName.init))
    private static let deepestWrapping = 3

    private static let addresses = ["address", "primaryAddress", "homeAddress", "mailingAddress", "billingAddress"]
        .map(FieldName.init)
    private static let address = FieldName("address")
    private static let names = [FieldName("name")]

    func record(_ message: Message) -> Message {
        guard message.hasObjects else { return message }
        var message = message
        for _ in 0..<Self.deepestWrapping { message = message.unwrapping(Self.wrappers) }
        message = lifting(
            Self.addresses, called: Self.address, [.address1, .address2, .city, .state, .zip, .country], in: message)
        return lifting(Self.names, called: Self.names[0], [.firstName, .lastName], in: message)
    }

    /// Only these: the `email` inside a `salesRep` is not the person's.
    private func lifting(
        _ objects: [FieldName], called base: FieldName, _ inner: [MessageField], in message: Message
    ) -> Message {
        // Of several addresses one is meant, and none of its parts comes from another.
        guard
            let chosen = objects.first(where: { key in message.fields.contains { $0.key == key && $0.content.isObject }
            })
        else { return message }
        let accepted = Set(inner.flatMap { settings.names[$0] })
        var fields: [Message.Field] = []
        for field in message.fields {
            guard field.key == chosen, case .object(let members) = field.content else {
                fields.append(field)
                continue
            }
            var unknown: [MessageMember] = []
            for member in members {
                if accepted.contains(FieldName(member.name)) {
                    fields.append(Message.Field(member.name, member.content))
                } else if accepted.contains(base.member(member.name)) {
                    fields.append(
                        Message.Field(field.name + member.name, member.content, key: base.member(member.name)))
                } else {
                    unknown.append(member)
                }
            }
            if !unknown.isEmpty { fields.append(Message.Field(field.name, .object(unknown))) }
        }
        return Message(fields: fields)
    }
}

extension Message.Field {
    fileprivate init(_ name: String, _ content: MessageValue, key: FieldName) {
        self.init(name, content)
        self.key = key
    }
}
