/// Why a file cannot be read: the rest of a sentence that begins with the file's name.
package struct FileProblem: Error, Equatable {
    package var reason: String

    package init(reason: String) { self.reason = reason }
}
