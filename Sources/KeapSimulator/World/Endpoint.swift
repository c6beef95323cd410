/// Every call that the simulated Keap knows, as method and path; braces stand for an id.
///
/// The raw values *are* the routing table. Where a literal and an id could both match, the literal wins.
package enum Endpoint: String, CaseIterable, Hashable, Sendable {
    case listContacts = "GET /v2/contacts"
    case createContact = "POST /v2/contacts"
    case mergeContacts = "POST /v2/contacts:merge"
    case contactModel = "GET /v2/contacts/model"
    case createCustomField = "POST /v2/contacts/model/customFields"
    case deleteCustomField = "DELETE /v2/contacts/model/customFields/{field}"
    case getContact = "GET /v2/contacts/{contact}"
    case updateContact = "PATCH /v2/contacts/{contact}"
    case deleteContact = "DELETE /v2/contacts/{contact}"
    case tagsOfContact = "GET /v2/contacts/{contact}/tags"
    case listTags = "GET /v2/tags"
    case createTag = "POST /v2/tags"
    case listCategories = "GET /v2/tags/categories"
    case createCategory = "POST /v2/tags/categories"
    case getCategory = "GET /v2/tags/categories/{category}"
    case updateCategory = "PATCH /v2/tags/categories/{category}"
    case deleteCategory = "DELETE /v2/tags/categories/{category}"
    case getTag = "GET /v2/tags/{tag}"
    case updateTag = "PATCH /v2/tags/{tag}"
    case deleteTag = "DELETE /v2/tags/{tag}"
    case wearersOfTag = "GET /v2/tags/{tag}/contacts"
    case applyTag = "POST /v2/tags/{tag}/contacts:applyTags"
    case removeTag = "POST /v2/tags/{tag}/contacts:removeTags"
    case listLeadSources = "GET /v2/leadSources"
    case createLeadSource = "POST /v2/leadSources"
    case listLeadSourceCategories = "GET /v2/leadSourceCategories"
    case createLeadSourceCategory = "POST /v2/leadSourceCategories"
    case listCompanies = "GET /v2/companies"
    case createCompany = "POST /v2/companies"
    case listUsers = "GET /v2/users"
    case userInfo = "GET /v2/oauth/connect/userinfo"
    case listSubscriptions = "GET /v2/subscriptions"
    case createSubscription = "POST /v2/subscriptions"
    case getSubscription = "GET /v2/subscriptions/{subscription}"
    case updateSubscription = "PATCH /v2/subscriptions/{subscription}"
    case deactivateSubscription = "POST /v2/subscriptions/{subscription}:deactivate"
    case listOrders = "GET /v2/orders"
    case createOrder = "POST /v2/orders"
    case getOrder = "GET /v2/orders/{order}"
    case updateOrder = "PATCH /v2/orders/{order}"
    case deleteOrder = "DELETE /v2/orders/{order}"
    case updateOrderItem = "PATCH /v2/orders/{order}/items/{item}"
    case payOrder = "POST /v2/orders/{order}/payments"
    case listProducts = "GET /v2/products"
    case createProduct = "POST /v2/products"
    case getProduct = "GET /v2/products/{product}"
    case updateProduct = "PATCH /v2/products/{product}"
    case createPlan = "POST /v2/products/{product}/subscriptions"
    case listTransactions = "GET /v2/sales/transactions"

    case listContactsV1 = "GET /v1/contacts"
    case createContactV1 = "POST /v1/contacts"
    case upsertContactV1 = "PUT /v1/contacts"
    case contactModelV1 = "GET /v1/contacts/model"
    case createCustomFieldV1 = "POST /v1/contacts/model/customFields"
    case getContactV1 = "GET /v1/contacts/{contact}"
    case updateContactV1 = "PATCH /v1/contacts/{contact}"
    case deleteContactV1 = "DELETE /v1/contacts/{contact}"
    case tagsOfContactV1 = "GET /v1/contacts/{contact}/tags"
    case applyTagsV1 = "POST /v1/contacts/{contact}/tags"
    case removeTagsV1 = "DELETE /v1/contacts/{contact}/tags"
    case removeOneTagV1 = "DELETE /v1/contacts/{contact}/tags/{tag}"
    case listTagsV1 = "GET /v1/tags"
    case createTagV1 = "POST /v1/tags"
    case createCategoryV1 = "POST /v1/tags/categories"
    case getTagV1 = "GET /v1/tags/{tag}"
    case wearersOfTagV1 = "GET /v1/tags/{tag}/contacts"
    case applyTagV1 = "POST /v1/tags/{tag}/contacts"
    case removeTagV1 = "DELETE /v1/tags/{tag}/contacts"
    case removeTagFromOneV1 = "DELETE /v1/tags/{tag}/contacts/{contact}"
    case listAppointments = "GET /v1/appointments"
    case createAppointment = "POST /v1/appointments"
    case getAppointment = "GET /v1/appointments/{appointment}"
    case replaceAppointment = "PUT /v1/appointments/{appointment}"
    case updateAppointment = "PATCH /v1/appointments/{appointment}"
    case deleteAppointment = "DELETE /v1/appointments/{appointment}"
    case listHooks = "GET /v1/hooks"
    case createHook = "POST /v1/hooks"
    case listHookEvents = "GET /v1/hooks/event_keys"
    case getHook = "GET /v1/hooks/{hook}"
    case updateHook = "PUT /v1/hooks/{hook}"
    case deleteHook = "DELETE /v1/hooks/{hook}"
    case verifyHook = "POST /v1/hooks/{hook}/verify"
    case confirmHook = "POST /v1/hooks/{hook}/delayedVerify"
    case listUsersV1 = "GET /v1/users"
    case userInfoV1 = "GET /v1/oauth/connect/userinfo"

    var version: APIVersion { rawValue.contains(" /v1/") ? .v1 : .v2 }
}

package enum APIVersion: Hashable, Sendable { case v1, v2 }

/// Where a request leads.
enum Route: Equatable {
    case endpoint(Endpoint, ids: PathIDs)
    /// The path is known, the method is not.
    case otherMethod
    case nowhere

    init(method: String, path: [String]) {
        var isKnown = false
        for pattern in RoutePattern.all {
            guard let ids = pattern.match(path) else { continue }
            guard pattern.method == method else {
                isKnown = true
                continue
            }
            self = .endpoint(pattern.endpoint, ids: ids)
            return
        }
        self = isKnown ? .otherMethod : .nowhere
    }
}

/// The ids that a path carries. An id that is no number is zero, which nothing ever bears.
struct PathIDs: Equatable, Sendable {
    var contact: Int?
    var tag: Int?
    var category: Int?
    var field: Int?
    var appointment: Int?
    var subscription: Int?
    var order: Int?
    var item: Int?
    var product: Int?
    var hook: Int?
}

private struct RoutePattern: Sendable {
    let endpoint: Endpoint
    let method: String
    let segments: [String]

    static let all: [RoutePattern] = Endpoint.allCases.map { endpoint in
        let parts = endpoint.rawValue.split(separator: " ")
        return RoutePattern(
            endpoint: endpoint, method: String(parts[0]),
            segments: parts[1].split(separator: "/").map(String.init))
    }

    func match(_ path: [String]) -> PathIDs? {
        guard path.count == segments.count else { return nil }
        var ids = PathIDs()
        for (segment, expected) in zip(path, segments) where segment != expected {
            // A word that another route names literally is never an id: "contacts/model" is not contact "model".
            guard !segment.isEmpty, !RoutePattern.literals.contains(segment) else { return nil }
            // A verb may follow the id: `{subscription}:deactivate`.
            let nameEnd = expected.lastIndex(of: "}").map { expected.index(after: $0) } ?? expected.endIndex
            let verb = expected[nameEnd...]
            guard segment.hasSuffix(verb) else { return nil }
            let segment = segment.dropLast(verb.count)
            switch expected[..<nameEnd] {
            case "{contact}": ids.contact = Int(segment) ?? 0
            case "{tag}": ids.tag = Int(segment) ?? 0
            case "{category}": ids.category = Int(segment) ?? 0
            case "{field}": ids.field = Int(segment) ?? 0
            case "{appointment}": ids.appointment = Int(segment) ?? 0
            case "{subscription}": ids.subscription = Int(segment) ?? 0
            case "{order}": ids.order = Int(segment) ?? 0
            case "{item}": ids.item = Int(segment) ?? 0
            case "{product}": ids.product = Int(segment) ?? 0
            case "{hook}": ids.hook = Int(segment) ?? 0
            default: return nil
            }
        }
        return ids
    }

    private static let literals: Set<String> = ["model", "categories", "event_keys"]
}
