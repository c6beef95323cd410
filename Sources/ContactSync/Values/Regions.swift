/// States and provinces as ISO 3166-2 knows them, for the countries whose gyms write them as words.
enum Region {
    /// The code (`US-CO`) for what a source wrote (`CO`, `Colorado`, `US-CO`) within a country; nil if it is none.
    static func code(for text: String, in country: Country) -> String? {
        if let code = byWord[country.alpha2]?[text.placeWord] { return code }
        // Elsewhere only a whole code is understood: Keap takes every country's, but their names are not listed here.
        let code = text.uppercased()
        let parts = code.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == country.alpha2, byWord[country.alpha2] == nil,
            (1...3).contains(parts[1].count), parts[1].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
        else { return nil }
        return code
    }

    /// Whether a code that we sent before lies in the country.
    static func isCode(_ code: String, in country: Country) -> Bool { code.hasPrefix(country.alpha2 + "-") }

    /// Country (alpha-2) to region word to code.
    private static let byWord: [String: [String: String]] = {
        var words: [String: [String: String]] = [:]
        for line in table.split(separator: "\n") {
            let columns = line.split(separator: " ", maxSplits: 1).map(String.init)
            let code = columns[0]
            let country = String(code.prefix(2))
            let short = String(code.dropFirst(3))
            for word in [code, short] + columns[1].split(separator: "|").map(String.init) {
                words[country, default: [:]][word.placeWord] = code
            }
        }
        return words
    }()

    private static let table = """
        US-AK Alaska
        US-AL Alabama
        US-AR Arkansas
        US-AS American Samoa
        US-AZ Arizona
        US-CA California
        US-CO Colorado
        US-CT Connecticut
        US-DC District of Columbia|Washington DC|Washington D.C.|D.C.
        US-DE Delaware
        US-FL Florida
        US-GA Georgia
        US-GU Guam
        US-HI Hawaii
        US-IA Iowa
        US-ID Idaho
        US-IL Illinois
        US-IN Indiana
        US-KS Kansas
        US-KY Kentucky
        US-LA Louisiana
        US-MA Massachusetts
        US-MD Maryland
        US-ME Maine
        US-MI Michigan
        US-MN Minnesota
        US-MO Missouri
        US-MP Northern Mariana Islands
        US-MS Mississippi
        US-MT Montana
        US-NC North Carolina
        US-ND North Dakota
        US-NE Nebraska
        US-NH New Hampshire
        US-NJ New Jersey
        US-NM New Mexico
        US-NV Nevada
        US-NY New York
        US-OH Ohio
        US-OK Oklahoma
        US-OR Oregon
        US-PA Pennsylvania
        US-PR Puerto Rico
        US-RI Rhode Island
        US-SC South Carolina
        US-SD South Dakota
        US-TN Tennessee
        US-TX Texas
        US-UM United States Minor Outlying Islands
        US-UT Utah
        US-VA Virginia
        US-VI U.S. Virgin Islands|Virgin Islands
        US-VT Vermont
        US-WA Washington
        US-WI Wisconsin
        US-WV West Virginia
        US-WY Wyoming
        CA-AB Alberta
        CA-BC British Columbia
        CA-MB Manitoba
        CA-NB New Brunswick
        CA-NL Newfoundland and Labrador|Newfoundland|Labrador
        CA-NS Nova Scotia
        CA-NT Northwest Territories
        CA-NU Nunavut
        CA-ON Ontario
        CA-PE Prince Edward Island|PEI
        CA-QC Quebec
        CA-SK Saskatchewan
        CA-YT Yukon|Yukon Territory
        AU-ACT Australian Capital Territory
        AU-NSW New South Wales
        AU-NT Northern Territory
        AU-QLD Queensland
        AU-SA South Australia
        AU-TAS Tasmania
        AU-VIC Victoria
        AU-WA Western Australia
        """
}
