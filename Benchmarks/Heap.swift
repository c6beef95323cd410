import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The memory that this process holds.
enum Heap {
    /// Bytes that were set aside by `malloc` and not given back, in all its arenas; nil where the system does not tell.
    static var used: Int? {
        #if canImport(Glibc)
            // Not among what the C library's module shows.
            typealias Function = @convention(c) (CInt, UnsafeMutablePointer<FILE>) -> CInt
            guard let symbol = dlsym(nil, "malloc_info") else { return nil }
            let tell = unsafeBitCast(symbol, to: Function.self)
            var (text, size) = (UnsafeMutablePointer<CChar>?.none, 0)
            guard let file = open_memstream(&text, &size) else { return nil }
            _ = tell(0, file)
            fclose(file)
            defer { free(text) }
            guard let text, let totals = String(cString: text).components(separatedBy: "</heap>").last else {
                return nil
            }
            func number(_ tag: String) -> Int {
                let line = totals.split(separator: "\n").first { $0.contains(tag) }
                let value = line?.components(separatedBy: "size=\"").last?.prefix { $0.isNumber }
                return value.flatMap { Int($0) } ?? 0
            }
            return number("<system type=\"current\"") - number("type=\"fast\"") - number("type=\"rest\"")
                + number("type=\"mmap\"")
        #else
            return nil
        #endif
    }

    /// Bytes of memory that the kernel has given to this process; nil where there is no /proc.
    static var resident: Int? {
        // Linux only.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4_096 }
    }
}
