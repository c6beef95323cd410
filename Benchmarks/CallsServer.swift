import EmbeddedHTTP
import Foundation

/// Answers each request after as many milliseconds as the last part of its path says.
enum CallsServer {
    /// Prints its port, and ends with its standard input.
    static func run() async throws {
        let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0)) { request in
            let milliseconds = request.path.last.flatMap { Int($0) } ?? 0
            if milliseconds > 0 { try? await Task.sleep(for: .milliseconds(milliseconds)) }  // cut short at the end
            return .response(HTTPResponse(status: 200, body: Array("{}".utf8)))
        }
        FileHandle.standardOutput.write(Data("\(try server.start())\n".utf8))
        // Blocks this thread, and none of those that answer.
        while readLine() != nil {}
        await server.stop(grace: Duration.zero)
    }
}
