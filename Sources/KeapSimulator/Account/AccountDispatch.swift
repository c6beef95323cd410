extension Account {
    /// Performs a request, or answers the refusal.
    mutating func perform(_ route: Route, _ act: Act, version: APIVersion) -> SimAnswer {
        do throws(Refusal) {
            switch route {
            case .endpoint(let endpoint, _):
                let answer = try perform(endpoint, act)
                return quirks.escapesNames ? answer.escapingNames : answer
            case .otherMethod: throw Refusal(status: 405, message: "Method not allowed")
            case .nowhere: throw Refusal(status: 404, message: "Not found")
            }
        } catch {
            return error.answer(in: version)
        }
    }

    private mutating func perform(_ endpoint: Endpoint, _ act: Act) throws(Refusal) -> SimAnswer {
        switch endpoint {
        case .listContacts: try listContacts(act)
        case .createContact: try createContact(act)
        case .mergeContacts: try mergeContacts(act)
        case .getContact: try getContact(act)
        case .updateContact: try updateContact(act)
        case .deleteContact, .deleteContactV1: try deleteContact(act)
        case .contactModel: contactModel(.v2)
        case .contactModelV1: contactModel(.v1)
        case .createCustomField: try createCustomField(act, .v2)
        case .createCustomFieldV1: try createCustomField(act, .v1)
        case .deleteCustomField: try deleteCustomField(act)
        case .listLeadSources: try listRecords(.leadSource, act)
        case .createLeadSource: try createRecord(.leadSource, act)
        case .listLeadSourceCategories: try listRecords(.leadSourceCategory, act)
        case .createLeadSourceCategory: try createRecord(.leadSourceCategory, act)
        case .listCompanies: try listRecords(.company, act)
        case .createCompany: try createRecord(.company, act)
        case .listUsers: try listUsers(act)
        case .listUsersV1: try listUsersV1(act)
        case .listAppointments: try listAppointments(act)
        case .createAppointment: try createAppointment(act)
        case .getAppointment: try getAppointment(act)
        case .replaceAppointment: try updateAppointment(act, replaces: true)
        case .updateAppointment: try updateAppointment(act, replaces: false)
        case .deleteAppointment: try deleteAppointment(act)
        case .listSubscriptions: try listSubscriptions(act)
        case .createSubscription: try createSubscription(act)
        case .getSubscription: try getSubscription(act)
        case .updateSubscription: try updateSubscription(act)
        case .deactivateSubscription: try deactivateSubscription(act)
        case .listOrders: try listOrders(act)
        case .createOrder: try createOrder(act)
        case .getOrder: try getOrder(act)
        case .updateOrder: try updateOrder(act)
        case .deleteOrder: try deleteOrder(act)
        case .updateOrderItem: try updateOrderItem(act)
        case .payOrder: try payOrder(act)
        case .listProducts: try listProducts(act)
        case .createProduct: try createProduct(act)
        case .getProduct: try getProduct(act)
        case .updateProduct: try updateProduct(act)
        case .createPlan: try createPlan(act)
        case .listTransactions: try listTransactions(act)
        case .listHooks: listHooks()
        case .createHook: try createHook(act)
        case .listHookEvents: listHookEvents()
        case .getHook: try getHook(act)
        case .updateHook: try updateHook(act)
        case .deleteHook: try deleteHook(act)
        case .verifyHook: try verifyHook(act)
        case .confirmHook: try confirmHook(act)
        case .userInfo: userInfo(.v2)
        case .userInfoV1: userInfo(.v1)

        case .tagsOfContact: try tagsOfContact(act)
        case .listTags: try listTags(act)
        case .createTag: try createTag(act)
        case .getTag: try getTag(act)
        case .updateTag: try updateTag(act)
        case .deleteTag: try deleteTag(act)
        case .wearersOfTag: try wearersOfTag(act)
        case .applyTag: try applyTag(act)
        case .removeTag: try removeTag(act)
        case .listCategories: try listCategories(act)
        case .createCategory: try createCategory(act, .v2)
        case .createCategoryV1: try createCategory(act, .v1)
        case .getCategory: try getCategory(act)
        case .updateCategory: try updateCategory(act)
        case .deleteCategory: try deleteCategory(act)

        case .listContactsV1: try listContactsV1(act)
        case .createContactV1: try createContactV1(act)
        case .upsertContactV1: try upsertContactV1(act)
        case .getContactV1: try getContactV1(act)
        case .updateContactV1: try updateContactV1(act)
        case .tagsOfContactV1: try tagsOfContactV1(act)
        case .applyTagsV1: try applyTagsV1(act)
        case .removeTagsV1: try removeTagsV1(act)
        case .removeOneTagV1, .removeTagFromOneV1: try removeOneTagV1(act)
        case .listTagsV1: try listTagsV1(act)
        case .createTagV1: try createTagV1(act)
        case .getTagV1: try getTagV1(act)
        case .wearersOfTagV1: try wearersOfTagV1(act)
        case .applyTagV1: try applyTagV1(act)
        case .removeTagV1: try removeTagV1(act)
        }
    }
}

extension SimAnswer {
    /// Names and labels as a service writes them that escapes its answers.
    fileprivate var escapingNames: SimAnswer {
        guard let json = try? JSON(parsing: body) else { return self }  // an answer without a body
        var answer = self
        answer.body = json.escapingNames.bytes
        return answer
    }
}

extension JSON {
    fileprivate var escapingNames: JSON {
        switch self {
        case .array(let items): .array(items.map(\.escapingNames))
        case .object(let members):
            .object(
                members.map { member in
                    guard ["name", "label", "company_name"].contains(member.name), let text = member.value.text else {
                        return Member(name: member.name, value: member.value.escapingNames)
                    }
                    let escaped = text.replacing("&", with: "&amp;").replacing("'", with: "&#39;")
                        .replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
                    return Member(name: member.name, value: .string(escaped))
                })
        default: self
        }
    }
}
