import Foundation

/// nginx, which answers each form with an empty 204 and keeps nothing: the most that HTTP leaves room for.
final class NginxPeer: Peer {
    static let name = "nginx"
    static let program = "nginx"
    static let setting = "an empty 204 to the same forms, nothing kept: how far HTTP itself goes"

    static let isDurable = false

    private let process: ChildProcess
    private let port = LoopbackPort.free()

    init(in place: PeerPlace) throws {
        let directory = place.directory
        let file = directory.appending(path: "nginx.conf")
        let text = """
            worker_processes 1; daemon off; pid \(directory.path)/nginx.pid; error_log stderr crit;
            events { worker_connections 1024; }
            http {
                access_log off; keepalive_requests 100000000; client_body_temp_path \(directory.path)/body;
                proxy_temp_path \(directory.path)/proxy; fastcgi_temp_path \(directory.path)/fastcgi;
                uwsgi_temp_path \(directory.path)/uwsgi; scgi_temp_path \(directory.path)/scgi;
                server { listen 127.0.0.1:\(port); location / { return 204; } }
            }
            """
        try Data(text.utf8).write(to: file)
        process = try ChildProcess(
            [Self.program, "-e", "stderr", "-p", directory.path, "-c", file.path], in: place)
        do { try process.waitUntilListening(on: port) } catch {
            process.stop()
            throw error
        }
    }

    func stop() { process.stop() }

    func accepts(_ count: Int, callers: Int) throws -> Double {
        try HTTPLoad(port: Int(port), connections: callers, expected: 204).post(count).perSecond
    }

    func cycles(_ count: Int, callers: Int) throws -> Double? { nil }
}
