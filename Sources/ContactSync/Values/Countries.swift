import Foundation

/// The countries of ISO 3166-1: their codes and the English names that people write.
struct Country: Hashable, Sendable {
    var alpha2: String
    /// The codes that Keap takes.
    var alpha3: String
    var names: [String]

    /// Reads either code or a name; case, blanks, accents and full stops do not matter.
    static func named(_ text: String) -> Country? { byWord[text.placeWord] }

    /// A country as a source writes it: also by the names of its parts and in its own language.
    ///
    /// `NO` is Norway and `No` is an answer; `NA` is what programs write for nothing, so Namibia's gyms alone mean it.
    static func written(_ text: String, home: String?) -> Country? {
        switch text.placeWord {
        case "no" where text != "NO": nil
        case "na" where text != "NA" || home != "NAM": nil
        case let word: byWord[word] ?? byCustom[word]
        }
    }

    private static let byCustom: [String: Country] = {
        var words: [String: Country] = [:]
        for line in customs.split(separator: "\n") {
            let columns = line.split(separator: " ", maxSplits: 1).map(String.init)
            for name in columns[1].split(separator: "|") {
                words[String(name).placeWord] = byWord[columns[0].placeWord]
            }
        }
        return words
    }()

    /// Names that ISO 3166 does not know.
    private static let customs = """
        AE Emirates|The Emirates
        AT Österreich|Oesterreich|Republic of Austria
        AU Commonwealth of Australia
        BE België|Belgique|Belgien
        BR Brasil|Brasilien
        CA Kanada|Canadá
        CH Schweiz|Suisse|Svizzera|Swiss|Svizra|Confoederatio Helvetica
        CI Republic of Côte d'Ivoire
        CN People's Republic of China|PR China|PRC|Mainland China|中国|中國
        CZ Česko|Česká republika|Tschechien
        DE Deutschland|Federal Republic of Germany|Bundesrepublik Deutschland|BRD|Allemagne|Alemania
        DK Danmark|Dänemark
        EE Eesti
        ES España|Espana|Spanien|Espagne
        FI Suomi|Finnland
        FR République française|Frankreich|Francia|Metropolitan France
        GB England|Scotland|Wales|Northern Ireland|Cymru|Alba|United Kingdom of Great Britain and Northern Ireland
        GB The United Kingdom|The UK|Great Britain (UK)|United Kingdom (UK)|UK (England)|Grossbritannien|Großbritannien
        GR Hellas|Ελλάδα|Ellada|Griechenland
        HR Hrvatska
        HU Magyarország|Ungarn
        IE Éire|Republic of Ireland|Irland|Southern Ireland|ROI
        IN Bharat|भारत|Republic of India
        IS Ísland
        IT Italia|Italien|Italie
        JP Nippon|Nihon|日本
        KR 대한민국|한국|Korea, South|Korea (South)|South Korea (Republic of Korea)
        LT Lietuva
        LU Luxemburg
        LV Latvija
        MX México|Mexiko|Mejico|Estados Unidos Mexicanos
        NL Nederland|Niederlande|The Nederlands|Pays-Bas
        NO Norge|Noreg|Norwegen
        NZ Aotearoa|New Zealand (Aotearoa)
        PH Pilipinas|The Philippines
        PL Polska|Polen
        PT República Portuguesa
        RU Россия|Rossija|Rossiya
        SE Sverige|Schweden
        SK Slovensko|Slowakei
        TR Turkiye|Türkei
        UA Україна|Ukraina
        US United States (USA)|United States of America (USA)|USA (United States)|The United States|The USA|The US
        US The United States of America|US of A|Estados Unidos|EEUU|EE UU|États-Unis|Etats Unis|Vereinigte Staaten
        ZA Republic of South Africa|RSA|Suid-Afrika
        """

    private static let byWord: [String: Country] = {
        var words: [String: Country] = [:]
        for country in all {
            for word in [country.alpha2, country.alpha3] + country.names { words[word.placeWord] = country }
        }
        return words
    }()

    static let all: [Country] = table.split(separator: "\n").map { line in
        let columns = line.split(separator: " ", maxSplits: 2).map(String.init)
        return Country(
            alpha2: columns[0], alpha3: columns[1], names: columns[2].split(separator: "|").map(String.init))
    }

    private static let table = """
        AD AND Andorra
        AE ARE United Arab Emirates|UAE
        AF AFG Afghanistan
        AG ATG Antigua and Barbuda|Antigua
        AI AIA Anguilla
        AL ALB Albania
        AM ARM Armenia
        AO AGO Angola
        AQ ATA Antarctica
        AR ARG Argentina
        AS ASM American Samoa
        AT AUT Austria
        AU AUS Australia
        AW ABW Aruba
        AX ALA Åland Islands
        AZ AZE Azerbaijan
        BA BIH Bosnia and Herzegovina|Bosnia
        BB BRB Barbados
        BD BGD Bangladesh
        BE BEL Belgium
        BF BFA Burkina Faso
        BG BGR Bulgaria
        BH BHR Bahrain
        BI BDI Burundi
        BJ BEN Benin
        BL BLM Saint Barthélemy|St. Barts
        BM BMU Bermuda
        BN BRN Brunei|Brunei Darussalam
        BO BOL Bolivia
        BQ BES Caribbean Netherlands|Bonaire, Sint Eustatius and Saba
        BR BRA Brazil
        BS BHS Bahamas|The Bahamas
        BT BTN Bhutan
        BV BVT Bouvet Island
        BW BWA Botswana
        BY BLR Belarus
        BZ BLZ Belize
        CA CAN Canada
        CC CCK Cocos (Keeling) Islands
        CD COD Democratic Republic of the Congo|Congo (Kinshasa)|DR Congo
        CF CAF Central African Rep.
        CG COG Congo|Republic of the Congo|Congo (Brazzaville)
        CH CHE Switzerland
        CI CIV Côte d'Ivoire|Ivory Coast
        CK COK Cook Islands
        CL CHL Chile
        CM CMR Cameroon
        CN CHN China
        CO COL Colombia
        CR CRI Costa Rica
        CU CUB Cuba
        CV CPV Cape Verde|Cabo Verde
        CW CUW Curaçao
        CX CXR Christmas Island
        CY CYP Cyprus
        CZ CZE Czechia|Czech Republic
        DE DEU Germany
        DJ DJI Djibouti
        DK DNK Denmark
        DM DMA Dominica
        DO DOM Dominican Republic
        DZ DZA Algeria
        EC ECU Ecuador
        EE EST Estonia
        EG EGY Egypt
        EH ESH Western Sahara
        ER ERI Eritrea
        ES ESP Spain
        ET ETH Ethiopia
        FI FIN Finland
        FJ FJI Fiji
        FK FLK Falkland Islands
        FM FSM Micronesia
        FO FRO Faroe Islands
        FR FRA France
        GA GAB Gabon
        GB GBR United Kingdom|Great Britain|Britain|UK
        GD GRD Grenada
        GE GEO Georgia
        GF GUF French Guiana
        GG GGY Guernsey
        GH GHA Ghana
        GI GIB Gibraltar
        GL GRL Greenland
        GM GMB Gambia|The Gambia
        GN GIN Guinea
        GP GLP Guadeloupe
        GQ GNQ Equatorial Guinea
        GR GRC Greece
        GS SGS South Georgia and the South Sandwich Islands
        GT GTM Guatemala
        GU GUM Guam
        GW GNB Guinea-Bissau
        GY GUY Guyana
        HK HKG Hong Kong
        HM HMD Heard Island and McDonald Islands
        HN HND Honduras
        HR HRV Croatia
        HT HTI Haiti
        HU HUN Hungary
        ID IDN Indonesia
        IE IRL Ireland
        IL ISR Israel
        IM IMN Isle of Man
        IN IND India
        IO IOT British Indian Ocean Territory
        IQ IRQ Iraq
        IR IRN Iran
        IS ISL Iceland
        IT ITA Italy
        JE JEY Jersey
        JM JAM Jamaica
        JO JOR Jordan
        JP JPN Japan
        KE KEN Kenya
        KG KGZ Kyrgyzstan
        KH KHM Cambodia
        KI KIR Kiribati
        KM COM Comoros
        KN KNA Saint Kitts and Nevis|St. Kitts
        KP PRK North Korea
        KR KOR South Korea|Korea|Republic of Korea
        KW KWT Kuwait
        KY CYM Cayman Islands
        KZ KAZ Kazakhstan
        LA LAO Laos
        LB LBN Lebanon
        LC LCA Saint Lucia
        LI LIE Liechtenstein
        LK LKA Sri Lanka
        LR LBR Liberia
        LS LSO Lesotho
        LT LTU Lithuania
        LU LUX Luxembourg
        LV LVA Latvia
        LY LBY Libya
        MA MAR Morocco
        MC MCO Monaco
        MD MDA Moldova
        ME MNE Montenegro
        MF MAF Saint Martin
        MG MDG Madagascar
        MH MHL Marshall Islands
        MK MKD North Macedonia|Macedonia
        ML MLI Mali
        MM MMR Myanmar|Burma
        MN MNG Mongolia
        MO MAC Macau|Macao
        MP MNP Northern Mariana Islands
        MQ MTQ Martinique
        MR MRT Mauritania
        MS MSR Montserrat
        MT MLT Malta
        MU MUS Mauritius
        MV MDV Maldives
        MW MWI Malawi
        MX MEX Mexico
        MY MYS Malaysia
        MZ MOZ Mozambique
        NA NAM Namibia
        NC NCL New Caledonia
        NE NER Niger
        NF NFK Norfolk Island
        NG NGA Nigeria
        NI NIC Nicaragua
        NL NLD Netherlands|The Netherlands|Holland
        NO NOR Norway
        NP NPL Nepal
        NR NRU Nauru
        NU NIU Niue
        NZ NZL New Zealand
        OM OMN Oman
        PA PAN Panama
        PE PER Peru
        PF PYF French Polynesia
        PG PNG Papua New Guinea
        PH PHL Philippines
        PK PAK Pakistan
        PL POL Poland
        PM SPM Saint Pierre and Miquelon
        PN PCN Pitcairn
        PR PRI Puerto Rico
        PS PSE Palestine
        PT PRT Portugal
        PW PLW Palau
        PY PRY Paraguay
        QA QAT Qatar
        RE REU Réunion
        RO ROU Romania
        RS SRB Serbia
        RU RUS Russia|Russian Federation
        RW RWA Rwanda
        SA SAU Saudi Arabia
        SB SLB Solomon Islands
        SC SYC Seychelles
        SD SDN Sudan
        SE SWE Sweden
        SG SGP Singapore
        SH SHN Saint Helena, Ascension and Tristan da Cunha|Saint Helena
        SI SVN Slovenia
        SJ SJM Svalbard and Jan Mayen
        SK SVK Slovakia
        SL SLE Sierra Leone
        SM SMR San Marino
        SN SEN Senegal
        SO SOM Somalia
        SR SUR Suriname
        SS SSD South Sudan
        ST STP São Tomé and Príncipe
        SV SLV El Salvador
        SX SXM Sint Maarten
        SY SYR Syria
        SZ SWZ Eswatini|Swaziland
        TC TCA Turks and Caicos Islands
        TD TCD Chad
        TF ATF French Southern Territories
        TG TGO Togo
        TH THA Thailand
        TJ TJK Tajikistan
        TK TKL Tokelau
        TL TLS Timor-Leste|East Timor
        TM TKM Turkmenistan
        TN TUN Tunisia
        TO TON Tonga
        TR TUR Turkey|Türkiye
        TT TTO Trinidad and Tobago|Trinidad
        TV TUV Tuvalu
        TW TWN Taiwan
        TZ TZA Tanzania
        UA UKR Ukraine
        UG UGA Uganda
        UM UMI United States Minor Outlying Islands
        US USA United States|United States of America|America
        UY URY Uruguay
        UZ UZB Uzbekistan
        VA VAT Vatican City|Holy See
        VC VCT Saint Vincent and the Grenadines|Saint Vincent
        VE VEN Venezuela
        VG VGB British Virgin Islands|Virgin Islands (UK)
        VI VIR U.S. Virgin Islands|Virgin Islands (US)
        VN VNM Vietnam|Viet Nam
        VU VUT Vanuatu
        WF WLF Wallis and Futuna
        WS WSM Samoa
        YE YEM Yemen
        YT MYT Mayotte
        ZA ZAF South Africa
        ZM ZMB Zambia
        ZW ZWE Zimbabwe
        """
}

extension String {
    /// A place's name as it is compared: letters and digits only, no accents, lower case, "and" for "&".
    var placeWord: String {
        let spelled = replacing("&", with: " and ").lowercased()
        var word = ""
        for scalar in spelled.decomposedStringWithCanonicalMapping.unicodeScalars
        where scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
            word.unicodeScalars.append(scalar)
        }
        return word
    }
}
