internal import CCurl
internal import Concurrency

/// The library's handles for one request at a time, and the connections that earlier ones left open.
///
/// `@unchecked Sendable`: whoever has taken it out of `Connections` has it alone.
final class Connection: @unchecked Sendable {
    /// How soon an abandoned request notices.
    private static let watchMilliseconds: Int32 = 25
    private static let idleConnections = 4
    /// Once, before the first handle; the library asks for that.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let easy: UnsafeMutableRawPointer
    private let multi: UnsafeMutableRawPointer

    /// nil without memory.
    init?() {
        guard Connection.library == CURLE_OK, let easy = curl_easy_init() else { return nil }
        guard let multi = curl_multi_init() else {
            curl_easy_cleanup(easy)
            return nil
        }
        weir_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Connection.idleConnections)
        self.easy = easy
        self.multi = multi
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
    }

    /// Blocks until it is over, the time is up, or it is abandoned.
    func run(_ request: TransferRequest, _ abandonment: CallAbandonment) -> TransferResult {
        let transfer = Transfer(request)
        // Both live until the end of this function, and the callbacks run inside it.
        prepare(for: transfer, Unmanaged.passUnretained(transfer).toOpaque())
        let result = withExtendedLifetime(transfer) { perform(abandonment) }
        return outcome(of: transfer, result)
    }

    private func prepare(for transfer: Transfer, _ opaque: UnsafeMutableRawPointer) {
        let request = transfer.request
        curl_easy_reset(easy)
        weir_curl_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(request.target.handle))
        weir_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        weir_curl_set_text(easy, CURLOPT_PROXY, "")
        weir_curl_set_text(easy, CURLOPT_NOPROXY, "*")
        weir_curl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        weir_curl_set_long(easy, CURLOPT_FAILONERROR, 1)
        weir_curl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        weir_curl_set_text(easy, CURLOPT_USERAGENT, "weir")
        weir_curl_set_long(easy, CURLOPT_SSL_VERIFYPEER, 1)
        weir_curl_set_long(easy, CURLOPT_SSL_VERIFYHOST, 2)
        weir_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Without it, a request that is given up would wait for its name to be resolved.
        weir_curl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        weir_curl_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, request.limit.inMilliseconds))
        weir_curl_set_size(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.byteLimit))
        weir_curl_set_pointer(easy, CURLOPT_WRITEDATA, opaque)
        weir_curl_set_write(easy) { bytes, size, count, opaque in
            guard let transfer = opaque.map(Connection.transfer) else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer.take(bytes) ? bytes.count : 0
        }
        weir_curl_set_pointer(easy, CURLOPT_HEADERDATA, opaque)
        weir_curl_set_header(easy) { _, size, count, opaque in
            guard let transfer = opaque.map(Connection.transfer) else { return 0 }
            return transfer.takeHeader(size * count) ? size * count : 0
        }
        weir_curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, opaque)
        weir_curl_set_open_socket(easy) { opaque, _, address in
            guard let transfer = opaque.map(Connection.transfer), let address else { return CURL_SOCKET_BAD }
            return transfer.open(address)
        }
    }

    private static func transfer(_ opaque: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(opaque).takeUnretainedValue()
    }

    /// nil if it was abandoned.
    private func perform(_ abandonment: CallAbandonment) -> CURLcode? {
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else { return CURLE_FAILED_INIT }
        defer { curl_multi_remove_handle(multi, easy) }
        var running: Int32 = 1
        while true {
            guard curl_multi_perform(multi, &running) == CURLM_OK else { return CURLE_FAILED_INIT }
            var waiting: Int32 = 0
            while let message = curl_multi_info_read(multi, &waiting) {
                if message.pointee.msg == CURLMSG_DONE { return weir_curl_message_result(message) }
            }
            if abandonment.isAbandoned { return nil }
            guard curl_multi_poll(multi, nil, 0, Connection.watchMilliseconds, nil) == CURLM_OK else {
                return CURLE_FAILED_INIT
            }
        }
    }

    private func outcome(of transfer: Transfer, _ result: CURLcode?) -> TransferResult {
        guard let result else { return .failure(.cancelled, isPassing: false) }
        if let verdict = transfer.verdict { return verdict }
        var status = 0
        weir_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        switch result {
        case CURLE_OK:
            if status == 200 { return .body(transfer.body) }
            // The library makes the address absolute.
            var address: UnsafeMutableRawPointer?
            weir_curl_get_pointer(easy, CURLINFO_REDIRECT_URL, &address)
            guard let address else { return .failure(.status, isPassing: false) }
            return .redirect(Array(String(cString: address.assumingMemoryBound(to: CChar.self)).utf8))
        case CURLE_HTTP_RETURNED_ERROR: return .failure(.status, isPassing: status == 429 || status >= 500)
        case CURLE_COULDNT_CONNECT where transfer.hasRefusedAddress: return .failure(.address, isPassing: false)
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: return .failure(.connect, isPassing: true)
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timeout, isPassing: false)
        case CURLE_FILESIZE_EXCEEDED: return .failure(.tooLarge, isPassing: false)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            return .failure(.truncated, isPassing: true)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return .failure(.tls, isPassing: false)
        case CURLE_OUT_OF_MEMORY: return .failure(.memory, isPassing: false)
        default: return .failure(.failed, isPassing: false)
        }
    }
}

extension Duration {
    /// Rounded down.
    var inMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: seconds.multipliedReportingOverflow(by: 1_000).partialValue)
            + Int(attoseconds / 1_000_000_000_000_000)
    }
}
