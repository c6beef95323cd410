import Connectors
import EmbeddedHTTP
import Testing

@testable import LockstepService

struct SourcesTests {
    @Test func `no two sources share a tag, a kind of job, a section or a path`() {
        let tags = Sources.all.flatMap { $0.tags.map(\.rawValue) } + [MessageTag.resync.rawValue]
        #expect(Set(tags).count == tags.count)
        let kinds = Sources.all.map { $0.jobKind } + [JobKind.gymWide, JobKind.resync]
        #expect(Set(kinds).count == kinds.count)
        #expect(Set(Sources.all.map { $0.section }).count == Sources.all.count)
        #expect(Set(Sources.all.map { $0.pathName }).count == Sources.all.count)
    }

    @Test func `each source is found by its tags and by a path like its address, and by no longer or shorter one`() {
        for kind in Sources.all {
            for tag in kind.tags { #expect(Sources.source(of: tag) == kind) }
            let path = ["hooks", "downtown"] + kind.address.split(separator: "/").map(String.init)
            #expect(Sources.source(at: path) == kind)
            #expect(Sources.source(at: path + [""]) == nil)
            #expect(Sources.source(at: path.dropLast()) == nil)
            #expect(Sources.source(at: ["hook"] + path.dropFirst()) == nil)
        }
    }

    @Test func `a source without settings lets nothing in`() {
        for kind in Sources.all {
            let path = ["hooks", "downtown"] + kind.address.split(separator: "/").map(String.init)
            let headers: HTTPHeaders = [
                "Content-Type": "application/json", "Oncehub-Signature": "t=1,s=" + String(repeating: "0", count: 64),
            ]
            let request = HTTPRequest(method: "POST", path: path, headers: headers, body: Array("{}".utf8))
            let source = kind.init()
            if let refusal = source.refusal(of: request) {
                #expect(refusal.status == 401)
                continue
            }
            guard case .refused(let response) = source.receive(request, at: 1) else {
                Issue.record("\(kind) took a message without a secret")
                continue
            }
            #expect(response.status == 401)
        }
    }
}
