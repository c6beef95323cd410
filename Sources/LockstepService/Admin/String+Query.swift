import Foundation

extension String {
    /// As a value in an address: only what no address reads as something else stays as it is.
    var inQuery: String {
        let kept = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "!"..."~"))
        return addingPercentEncoding(withAllowedCharacters: kept) ?? ""  // Swift text is always UTF-8
    }
}
