import Events
import Operations

/// What the admin server answers (interface, "HTTP").
struct AdminPages: Sendable {
    let registry: MetricsRegistry
    let readiness: Readiness
    let watchdog: Watchdog

    @Sendable func answer(_ request: AdminServer.Request) -> AdminServer.Response {
        switch request.path {
        case "/healthz":
            if let complaint = watchdog.complaint { return .problem(503, "Not Alive", complaint) }
            return .init(contentType: "text/plain; charset=utf-8", body: "ok\n")
        case "/readyz":
            let reasons = readiness.notReady
            if reasons.isEmpty {
                return .init(contentType: "application/json", body: "{\"ready\":true,\"reasons\":[]}\n")
            }
            var out = ByteWriter()
            out.append("{\"ready\":false,\"reasons\":")
            out.appendJSON(reasons)
            out.append("}\n")
            return .init(status: 503, contentType: "application/json", body: String(decoding: out.bytes, as: UTF8.self))
        case "/metrics":
            return .init(contentType: "text/plain; version=0.0.4; charset=utf-8", body: registry.prometheusText())
        default:
            return .problem(404, "Not Found", "there are /healthz, /readyz and /metrics")
        }
    }
}
