import Foundation

/// `openssl s_server` with a certificate of its own for 127.0.0.1, which answers every GET. Ends with its `deinit`.
final class TLSServer {
    let port: Int
    /// The file of the certificate, which is its own authority.
    let certificate: String
    private let directory: URL
    private let process: Process

    static let program: URL? = ["/usr/bin/openssl", "/usr/local/bin/openssl", "/opt/homebrew/bin/openssl"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(fileURLWithPath: $0) }

    struct NotServing: Error { var said: String }

    init() async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "lockstep-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificate = directory.appending(path: "certificate.pem").path
        let key = directory.appending(path: "key.pem").path
        let making = Self.process([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ])
        let end = Pipe()
        making.standardOutput = end
        try making.run()
        // It closes this when it ends, which `waitUntilExit` has been seen to miss.
        _ = try end.fileHandleForReading.readToEnd()
        process = Self.process(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key])
        let pipe = Pipe()
        process.standardOutput = pipe
        // It ends with its input.
        process.standardInput = Pipe()
        try process.run()
        var said = ""
        while true {
            let bytes = pipe.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw NotServing(said: said) }
            said += String(decoding: bytes, as: UTF8.self)
            if let line = said.firstMatch(of: /ACCEPT [^\n]*:([0-9]+)\n/), let port = Int(line.1) {
                self.port = port
                return
            }
        }
    }

    deinit {
        // SIGTERM does not end it: it inherits a mask that blocks it.
        kill(process.processIdentifier, SIGKILL)
        // Left behind at worst in the system's temporary directory.
        try? FileManager.default.removeItem(at: directory)
    }

    private static func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        return process
    }
}
