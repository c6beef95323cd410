import Foundation

/// A library that makes each sync of another program take longer: put between that and the C library by the loader.
struct SlowSyncs {
    private let library: String

    /// Compiles it with the C compiler of Swift's toolchain.
    init(delay: Duration, in place: PeerPlace) throws {
        #if os(Linux)
            let source = place.directory.appending(path: "slow-syncs.c")
            library = place.directory.appending(path: "slow-syncs.so").path
            try Data(Self.text(nanoseconds: Int(delay.seconds * 1e9)).utf8).write(to: source)
            guard let compiler = ["clang", "cc"].first(where: { Programs.path(of: $0) != nil }) else {
                throw BenchmarkFailure("there is no C compiler in the path")
            }
            _ = try ChildProcess(
                [compiler, "-shared", "-fPIC", "-O1", "-o", library, source.path], in: place
            ).finish()
        #else
            throw BenchmarkFailure("other programs' syncs can be slowed on Linux only")
        #endif
    }

    var environment: [String: String] { ["LD_PRELOAD": library] }

    private static func text(nanoseconds: Int) -> String {
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <time.h>

        static int slowed(const char *name, int file) {
            int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
            int result = sync(file), error = errno;
            struct timespec left = {\(nanoseconds / 1_000_000_000), \(nanoseconds % 1_000_000_000)};
            while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
            errno = error;
            return result;
        }

        int fsync(int file) { return slowed("fsync", file); }
        int fdatasync(int file) { return slowed("fdatasync", file); }

        """
    }
}
