internal import CCurl
internal import Concurrency
internal import Glibc

/// One request, and what is allowed of it.
struct TransferRequest: Sendable {
    let target: FetchTarget
    let addresses: AllowedHosts.Addresses
    /// The largest body that is taken.
    let byteLimit: Int
    /// The share of the budget that the body is taken into; grows with it as long as there is room.
    let share: Permits.Grant
    let limit: Duration
}

enum TransferResult: Sendable {
    case body([UInt8])
    /// To this address, which nobody has looked at yet.
    case redirect([UInt8])
    /// The body is larger than the share, which could not grow.
    case noRoom
    /// - Parameter isPassing: it may go better the next time.
    case failure(FetchFailure, isPassing: Bool)
}

/// What the library's callbacks see of a request while it runs. Lives on the one thread that it runs on.
final class Transfer {
    private static let largestHeaders = 32 << 10

    let request: TransferRequest
    private(set) var body: [UInt8] = []
    /// Why a callback has ended the transfer.
    private(set) var verdict: TransferResult?
    private(set) var hasRefusedAddress = false
    private var headerBytes = 0

    init(_ request: TransferRequest) { self.request = request }

    /// False ends the transfer.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let count = body.count + bytes.count
        guard count <= request.byteLimit else { return end(.failure(.tooLarge, isPassing: false)) }
        if count > request.share.count,
            !request.share.grow(to: min(request.byteLimit, max(count, 2 * request.share.count)))
        {
            return end(.noRoom)
        }
        body.append(contentsOf: bytes)
        return true
    }

    func takeHeader(_ count: Int) -> Bool {
        headerBytes += count
        return headerBytes <= Transfer.largestHeaders || end(.failure(.headers, isPassing: false))
    }

    /// The socket for the very address that will be connected to: whatever names lead to, and whenever they change,
    /// nothing passes by here.
    func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let isAllowed =
            weir_curl_address(address).flatMap { IPAddress($0) }.map { address in
                switch request.addresses {
                case .anyPublic: address.isPublic
                case .exactly(let allowed): address == allowed
                }
            } ?? false
        guard isAllowed else {
            hasRefusedAddress = true
            return CURL_SOCKET_BAD
        }
        let (family, type) = (address.pointee.family, address.pointee.socktype)
        return socket(family, type | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    private func end(_ verdict: TransferResult) -> Bool {
        self.verdict = verdict
        body = []
        return false
    }
}
