/// The country and region codes that Keap takes: ISO 3166-1 alpha-3 and ISO 3166-2.
enum Regions {
    static func isCountry(_ alpha3: String) -> Bool { alpha2[alpha3] != nil }

    /// Whether a region code is one of the country's. Where the regions are not listed here, the form is all that is
    /// asked: the country's two letters, a hyphen, one to three letters or digits.
    static func isRegion(_ code: String, of country: String) -> Bool {
        guard let prefix = alpha2[country], code.hasPrefix(prefix + "-") else { return false }
        if names.keys.contains(where: { $0.hasPrefix(prefix + "-") }) { return names[code] != nil }
        let rest = code.dropFirst(3)
        return (1...3).contains(rest.count) && rest.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
    }

    /// The long name of a region; nil if it is not listed here.
    static func name(of code: String) -> String? { names[code] }

    private static let alpha2: [String: String] = Dictionary(
        uniqueKeysWithValues: countries.split(whereSeparator: \.isWhitespace).map {
            (String($0.prefix(3)), String($0.suffix(2)))
        })

    private static let names: [String: String] = Dictionary(
        uniqueKeysWithValues: [("US", states), ("CA", provinces), ("AU", australia)].flatMap { country, list in
            list.split(separator: ",").map { entry in
                let parts = entry.split(whereSeparator: \.isWhitespace)
                return (country + "-" + parts[0], parts.dropFirst().joined(separator: " "))
            }
        })

    // Three letters and two letters of each country, run together.
    private static let countries = """
        AFGAF ALAAX ALBAL DZADZ ASMAS ANDAD AGOAO AIAAI ATAAQ ATGAG ARGAR ARMAM ABWAW AUSAU AUTAT AZEAZ BHSBS BHRBH
        BGDBD BRBBB BLRBY BELBE BLZBZ BENBJ BMUBM BTNBT BOLBO BESBQ BIHBA BWABW BVTBV BRABR IOTIO BRNBN BGRBG BFABF
        BDIBI CPVCV KHMKH CMRCM CANCA CYMKY CAFCF TCDTD CHLCL CHNCN CXRCX CCKCC COLCO COMKM COGCG CODCD COKCK CRICR
        CIVCI HRVHR CUBCU CUWCW CYPCY CZECZ DNKDK DJIDJ DMADM DOMDO ECUEC EGYEG SLVSV GNQGQ ERIER ESTEE SWZSZ ETHET
        FLKFK FROFO FJIFJ FINFI FRAFR GUFGF PYFPF ATFTF GABGA GMBGM GEOGE DEUDE GHAGH GIBGI GRCGR GRLGL GRDGD GLPGP
        GUMGU GTMGT GGYGG GINGN GNBGW GUYGY HTIHT HMDHM VATVA HNDHN HKGHK HUNHU ISLIS INDIN IDNID IRNIR IRQIQ IRLIE
        IMNIM ISRIL ITAIT JAMJM JPNJP JEYJE JORJO KAZKZ KENKE KIRKI PRKKP KORKR KWTKW KGZKG LAOLA LVALV LBNLB LSOLS
        LBRLR LBYLY LIELI LTULT LUXLU MACMO MDGMG MWIMW MYSMY MDVMV MLIML MLTMT MHLMH MTQMQ MRTMR MUSMU MYTYT MEXMX
        FSMFM MDAMD MCOMC MNGMN MNEME MSRMS MARMA MOZMZ MMRMM NAMNA NRUNR NPLNP NLDNL NCLNC NZLNZ NICNI NERNE NGANG
        NIUNU NFKNF MKDMK MNPMP NORNO OMNOM PAKPK PLWPW PSEPS PANPA PNGPG PRYPY PERPE PHLPH PCNPN POLPL PRTPT PRIPR
        QATQA REURE ROURO RUSRU RWARW BLMBL SHNSH KNAKN LCALC MAFMF SPMPM VCTVC WSMWS SMRSM STPST SAUSA SENSN SRBRS
        SYCSC SLESL SGPSG SXMSX SVKSK SVNSI SLBSB SOMSO ZAFZA SGSGS SSDSS ESPES LKALK SDNSD SURSR SJMSJ SWESE CHECH
        SYRSY TWNTW TJKTJ TZATZ THATH TLSTL TGOTG TKLTK TONTO TTOTT TUNTN TURTR TKMTM TCATC TUVTV UGAUG UKRUA AREAE
        GBRGB USAUS UMIUM URYUY UZBUZ VUTVU VENVE VNMVN VGBVG VIRVI WLFWF ESHEH YEMYE ZMBZM ZWEZW
        """

    private static let states = """
        AL Alabama, AK Alaska, AZ Arizona, AR Arkansas, CA California, CO Colorado, CT Connecticut, DE Delaware,
        DC District of Columbia, FL Florida, GA Georgia, HI Hawaii, ID Idaho, IL Illinois, IN Indiana, IA Iowa,
        KS Kansas, KY Kentucky, LA Louisiana, ME Maine, MD Maryland, MA Massachusetts, MI Michigan, MN Minnesota,
        MS Mississippi, MO Missouri, MT Montana, NE Nebraska, NV Nevada, NH New Hampshire, NJ New Jersey,
        NM New Mexico, NY New York, NC North Carolina, ND North Dakota, OH Ohio, OK Oklahoma, OR Oregon,
        PA Pennsylvania, RI Rhode Island, SC South Carolina, SD South Dakota, TN Tennessee, TX Texas, UT Utah,
        VT Vermont, VA Virginia, WA Washington, WV West Virginia, WI Wisconsin, WY Wyoming, AS American Samoa,
        GU Guam, MP Northern Mariana Islands, PR Puerto Rico, UM United States Minor Outlying Islands,
        VI Virgin Islands
        """

    private static let provinces = """
        AB Alberta, BC British Columbia, MB Manitoba, NB New Brunswick, NL Newfoundland and Labrador,
        NS Nova Scotia, NT Northwest Territories, NU Nunavut, ON Ontario, PE Prince Edward Island, QC Quebec,
        SK Saskatchewan, YT Yukon
        """

    private static let australia = """
        ACT Australian Capital Territory, NSW New South Wales, NT Northern Territory, QLD Queensland,
        SA South Australia, TAS Tasmania, VIC Victoria, WA Western Australia
        """
}
