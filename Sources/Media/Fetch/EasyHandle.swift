internal import CCurl

/// The library's handle for one transfer, and for others after it. Stays with the loop that it was made by.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let sockets: OpenSockets
    private var transfer: Transfer?
    /// What the library reads until the transfer is over.
    private var answers: UnsafeMutablePointer<curl_slist>?

    /// - Parameter sockets: of the multi handle that its transfers run on.
    /// - Returns: nil without memory.
    init?(sockets: OpenSockets) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        self.sockets = sockets
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(answers)
    }

    /// For `transfer`, which lives at least until `finish`, as do the callbacks.
    func prepare(for transfer: Transfer, _ network: Network) {
        self.transfer = transfer
        weir_curl_set_pointer(pointer, CURLOPT_CURLU, UnsafeMutableRawPointer(transfer.request.target.handle))
        setRules(transfer.request, network)
        let opaque = Unmanaged.passUnretained(self).toOpaque()
        weir_curl_set_pointer(pointer, CURLOPT_WRITEDATA, opaque)
        weir_curl_set_write(pointer) { bytes, size, count, opaque in
            guard let easy = EasyHandle.at(opaque), let transfer = easy.transfer else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer.take(bytes, length: easy.length) ? bytes.count : 0
        }
        weir_curl_set_pointer(pointer, CURLOPT_HEADERDATA, opaque)
        weir_curl_set_header(pointer) { bytes, size, count, opaque in
            guard let easy = EasyHandle.at(opaque), let transfer = easy.transfer else { return 0 }
            let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
            return transfer.takeHeader(line, status: easy.status) ? line.count : 0
        }
        weir_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, opaque)
        weir_curl_set_open_socket(pointer) { opaque, _, address in
            guard let easy = EasyHandle.at(opaque), let address, let socket = easy.transfer?.open(address) else {
                return CURL_SOCKET_BAD
            }
            if socket != CURL_SOCKET_BAD { easy.sockets.insert(socket) }
            return socket
        }
        // Connections outlive the transfers that they were made for, and so what they are closed by has to.
        weir_curl_set_pointer(pointer, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
        weir_curl_set_close_socket(pointer) { opaque, socket in
            opaque.map { Unmanaged<OpenSockets>.fromOpaque($0).takeUnretainedValue().close(socket) } ?? -1
        }
        weir_curl_set_pointer(pointer, CURLOPT_PREREQDATA, opaque)
        weir_curl_set_before_request(pointer) { opaque, address, _, _, port in
            guard let easy = EasyHandle.at(opaque), let transfer = easy.transfer,
                let address = address.flatMap({ IPAddress(String(cString: $0)) })
            else { return CURL_PREREQFUNC_ABORT }
            let ends = OpenSockets.Ends(localPort: Int(port), remote: address)
            return transfer.uses(connectionTo: address, isQuiet: easy.sockets.isQuiet(ends))
                ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
        }
    }

    /// What every request keeps to, whoever asks for it.
    private func setRules(_ request: TransferRequest, _ network: Network) {
        weir_curl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        weir_curl_set_text(pointer, CURLOPT_PROXY, "")
        weir_curl_set_text(pointer, CURLOPT_NOPROXY, "*")
        weir_curl_set_long(pointer, CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        weir_curl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0)
        weir_curl_set_long(pointer, CURLOPT_HTTP09_ALLOWED, 0)
        // The later versions' frames and header compression would be one more thing for servers to attack, and files
        // gain nothing by them.
        weir_curl_set_long(pointer, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        weir_curl_set_long(pointer, CURLOPT_HTTP_CONTENT_DECODING, 0)
        weir_curl_set_text(pointer, CURLOPT_USERAGENT, "weir")
        weir_curl_set_long(pointer, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        weir_curl_set_long(pointer, CURLOPT_SSL_VERIFYPEER, 1)
        weir_curl_set_long(pointer, CURLOPT_SSL_VERIFYHOST, 2)
        weir_curl_set_long(pointer, CURLOPT_NOSIGNAL, 1)
        // Without it, a request that is given up would wait for its name to be resolved, and all others with it.
        weir_curl_set_long(pointer, CURLOPT_QUICK_EXIT, 1)
        weir_curl_set_long(pointer, CURLOPT_TIMEOUT_MS, max(1, Int(clamping: request.limit.inMilliseconds)))
        weir_curl_set_long(pointer, CURLOPT_FRESH_CONNECT, request.isFresh ? 1 : 0)
        weir_curl_set_size(pointer, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(request.byteLimit))
        weir_curl_set_long(pointer, CURLOPT_BUFFERSIZE, 64 << 10)
        if let file = network.authorities { weir_curl_set_text(pointer, CURLOPT_CAINFO, file) }
        if let addresses = network.addresses {
            let target = request.target
            answers = curl_slist_append(
                nil, "\(target.host):\(target.port):\(addresses(target.host).joined(separator: ","))")
            weir_curl_set_pointer(pointer, CURLOPT_RESOLVE, answers)
        }
    }

    private static func at(_ opaque: UnsafeMutableRawPointer?) -> EasyHandle? {
        opaque.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Of the response that has begun last.
    private var status: Int {
        var status = 0
        weir_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// Of the response's body, as it says.
    private var length: Int? {
        var length: curl_off_t = -1
        weir_curl_get_size(pointer, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length)
        return length < 0 ? nil : Int(length)
    }

    /// What came of the transfer, which is over; the handle is ready for the next.
    func finish(_ result: CURLcode) -> TransferResult {
        defer {
            curl_easy_reset(pointer)
            curl_slist_free_all(answers)
            answers = nil
            transfer = nil
        }
        guard let transfer else { return .failure(.failed) }
        if let verdict = transfer.verdict { return verdict }
        if transfer.isAnswered, result != CURLE_OPERATION_TIMEDOUT { return answer(transfer.head) }
        return outcome(of: transfer, result)
    }

    /// Without a file.
    private func answer(_ head: ResponseHead) -> TransferResult {
        if let address = head.redirect { return .redirect(address) }
        guard head.status == 429 || (500..<600).contains(head.status) else { return .failure(.status) }
        var seconds: curl_off_t = 0
        weir_curl_get_size(pointer, CURLINFO_RETRY_AFTER, &seconds)
        return .passing(.status, after: .seconds(max(0, seconds)))
    }

    private func outcome(of transfer: Transfer, _ result: CURLcode) -> TransferResult {
        switch result {
        case CURLE_OK: .body(transfer.body)
        case CURLE_COULDNT_CONNECT where transfer.hasRefusedAddress: .failure(.address)
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST: .passing(.connect, after: .zero)
        case CURLE_OPERATION_TIMEDOUT: .failure(.timeout)
        case CURLE_FILESIZE_EXCEEDED: .failure(.tooLarge)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            .passing(.truncated, after: .zero)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            .failure(.tls)
        // The library's name for a line without end.
        case CURLE_OUT_OF_MEMORY where transfer.hasRequested && transfer.head.status == 0: .failure(.headers)
        case CURLE_OUT_OF_MEMORY: .failure(.memory)
        default: .failure(.failed)
        }
    }
}
