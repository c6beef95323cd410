package import OutboundAPI

/// What calls of Keap are counted under.
///
/// Long lists, the model and bulk tag calls were seen to take close to a minute. A search for one person is none of these:
/// it is what new people wait for, and if it hangs it should not hold a slot for long.
extension APIEndpoint {
    package static let get = APIEndpoint("get")
    package static let post = APIEndpoint("post")
    package static let patch = APIEndpoint("patch")
    package static let delete = APIEndpoint("delete")
    package static let findContacts = APIEndpoint("findContacts")
    package static let listContacts = APIEndpoint("listContacts", isSlow: true)
    package static let readContact = APIEndpoint("readContact")
    package static let createContact = APIEndpoint("createContact")
    package static let updateContact = APIEndpoint("updateContact")
    package static let applyTags = APIEndpoint("applyTags")
    package static let removeTags = APIEndpoint("removeTags")
    package static let applyTagToMany = APIEndpoint("applyTagToMany", isSlow: true)
    package static let removeTagFromMany = APIEndpoint("removeTagFromMany", isSlow: true)
    package static let listWearers = APIEndpoint("listWearers", isSlow: true)
    package static let listTags = APIEndpoint("listTags", isSlow: true)
    package static let readTag = APIEndpoint("readTag")
    package static let createTag = APIEndpoint("createTag")
    package static let renameTag = APIEndpoint("renameTag")
    package static let deleteTag = APIEndpoint("deleteTag")
    package static let listCategories = APIEndpoint("listCategories", isSlow: true)
    package static let createCategory = APIEndpoint("createCategory")
    package static let readModel = APIEndpoint("readModel", isSlow: true)
    package static let createCustomField = APIEndpoint("createCustomField")
    package static let listUsers = APIEndpoint("listUsers")
    package static let listLeadSourceCategories = APIEndpoint("listLeadSourceCategories")
    package static let createLeadSourceCategory = APIEndpoint("createLeadSourceCategory")
    package static let listLeadSources = APIEndpoint("listLeadSources")
    package static let createLeadSource = APIEndpoint("createLeadSource")
    package static let listCompanies = APIEndpoint("listCompanies")
    package static let createCompany = APIEndpoint("createCompany")
    package static let listAppointments = APIEndpoint("listAppointments")
    package static let createAppointment = APIEndpoint("createAppointment")
    package static let updateAppointment = APIEndpoint("updateAppointment")
    package static let deleteAppointment = APIEndpoint("deleteAppointment")
    package static let listSubscriptions = APIEndpoint("listSubscriptions", isSlow: true)
    package static let readSubscription = APIEndpoint("readSubscription")
    package static let listOrders = APIEndpoint("listOrders", isSlow: true)
    package static let readOrder = APIEndpoint("readOrder")
    package static let listTransactions = APIEndpoint("listTransactions", isSlow: true)
    package static let listProducts = APIEndpoint("listProducts", isSlow: true)
    package static let readProduct = APIEndpoint("readProduct")
    package static let listPayers = APIEndpoint("listPayers", isSlow: true)
    package static let userInfo = APIEndpoint("userInfo")
    package static let contact = APIEndpoint("contact")
    package static let tag = APIEndpoint("tag")
    package static let appointment = APIEndpoint("appointment")

    /// The endpoint whose circuit breaker its calls have, beside the account's. Those that do the same in another way have
    /// one: it is an outage if neither goes. Nil: what fails it fails every call.
    var family: APIEndpoint? {
        switch self {
        case .applyTagToMany: .applyTags
        case .removeTagFromMany: .removeTags
        case .userInfo: nil
        default: self
        }
    }

    /// The id in the path, if there is one: a 404 then says that this is gone.
    var subject: Subject? {
        switch self {
        case .readContact, .updateContact, .applyTags, .removeTags: .contact
        case .applyTagToMany, .removeTagFromMany, .listWearers, .readTag, .renameTag, .deleteTag: .tag
        case .updateAppointment, .deleteAppointment: .appointment
        case .readSubscription: .subscription
        case .readOrder: .order
        case .readProduct: .product
        case .verifyHook, .deleteHook: .hook
        default: nil
        }
    }

    enum Subject: String {
        case contact = "CONTACT"
        case tag = "TAG"
        case appointment = "APPOINTMENT"
        case subscription = "SUBSCRIPTION"
        case order = "ORDER"
        case product = "PRODUCT"
        case hook = "HOOK"
    }
}

extension TagDirection {
    /// The endpoint whose circuit breaker tag edits have.
    var endpoint: APIEndpoint { self == .apply ? .applyTags : .removeTags }
}

extension APIRequest {
    /// With a body of JSON. Keap answers 404 to a slash at the end of the path.
    init(_ endpoint: APIEndpoint, _ method: Method, _ path: [String], _ query: [QueryItem] = [], body: JSONValue) {
        self.init(endpoint, method, path, query, body: Array(body.json.utf8))
    }
}
