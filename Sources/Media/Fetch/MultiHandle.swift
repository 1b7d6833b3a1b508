internal import CCurl

/// The library's handle for many transfers at once, with the connections that they leave open.
///
/// `@unchecked Sendable`: `wake` is safe from any thread (curl_multi_wakeup(3)); everything else is called by
/// `TransferLoop` while it holds its driver's lock, `deinit` when nobody is left to call anything.
final class MultiHandle: @unchecked Sendable {
    /// Once, before the first handle; the library asks for that.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    /// `wake` ends the wait; this is for nothing but the unforeseen.
    private static let longestWait: Int32 = 1_000

    private let handle: UnsafeMutableRawPointer
    let sockets = OpenSockets()

    /// - Parameter idle: how many connections are kept for later requests.
    /// - Returns: nil without memory.
    init?(idle: Int) {
        guard MultiHandle.library == CURLE_OK, let handle = curl_multi_init() else { return nil }
        weir_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, idle)
        self.handle = handle
    }

    /// Closes the connections, which the sockets are there for.
    deinit { curl_multi_cleanup(handle) }

    func add(_ easy: EasyHandle) -> Bool { curl_multi_add_handle(handle, easy.pointer) == CURLM_OK }

    /// Ends its transfer if that is not over, and closes the connection of one that is not.
    func remove(_ easy: EasyHandle) { curl_multi_remove_handle(handle, easy.pointer) }

    /// Reads, writes and calls back, without blocking. False if the library can't go on.
    func perform() -> Bool {
        var running: Int32 = 0
        return curl_multi_perform(handle, &running) == CURLM_OK
    }

    /// The next transfer that is over; nil if there is none.
    func nextEnded() -> (easy: UnsafeMutableRawPointer, CURLcode)? {
        var waiting: Int32 = 0
        while let message = curl_multi_info_read(handle, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            return (easy, weir_curl_message_result(message))
        }
        return nil
    }

    /// Blocks until there is something to do. False if the library can't.
    func wait() -> Bool { curl_multi_poll(handle, nil, 0, MultiHandle.longestWait, nil) == CURLM_OK }

    /// Ends the wait, or the next one.
    func wake() { curl_multi_wakeup(handle) }
}
