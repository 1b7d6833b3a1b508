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
    /// Whether it is to have a connection of its own.
    var isFresh = false
}

enum TransferResult: Sendable {
    case body([UInt8])
    /// To this address, perhaps a relative one, which nobody has looked at yet.
    case redirect([UInt8])
    /// The connection was an earlier request's, and what is on it is not for this one.
    case stale
    /// The body is larger than the share, which could not grow.
    case noRoom
    case failure(FetchFailure)
    /// It may go better the next time, not before so much time has passed.
    case passing(FetchFailure, after: Duration)
}

/// What the library's callbacks see of a request while it runs. Lives on the one thread that it runs on.
final class Transfer {
    /// So much of what is no file is taken, to no use, for the sake of the connection, which then can be used again.
    private static let mostWaste = 16 << 10

    let request: TransferRequest
    private let network: Network
    private(set) var head = ResponseHead()
    private(set) var body: [UInt8] = []
    /// Why a callback has ended the transfer.
    private(set) var verdict: TransferResult?
    private(set) var hasRefusedAddress = false
    private(set) var hasRequested = false
    private var hasOpened = false
    private var waste = 0

    init(_ request: TransferRequest, _ network: Network) {
        self.request = request
        self.network = network
    }

    /// Whether there is an answer, and no file comes with it.
    var isAnswered: Bool { head.status != 0 && head.status != 200 }

    /// - Parameter length: that of the body, as stated, if it is.
    /// - Returns: false ends the transfer.
    func take(_ bytes: UnsafeRawBufferPointer, length: @autoclosure () -> Int?) -> Bool {
        guard head.status == 200 else {
            waste += bytes.count
            return waste <= Transfer.mostWaste
        }
        let count = body.count + bytes.count
        guard count <= request.byteLimit else { return end(.failure(.tooLarge)) }
        if count > request.share.count,
            !request.share.grow(to: min(request.byteLimit, max(count, 2 * request.share.count)))
        {
            return end(.noRoom)
        }
        if count > body.capacity {
            // No more than the share, in memory too; and not more than will come, if that can be believed.
            body.reserveCapacity(max(count, min(request.share.count, length() ?? .max)))
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// False ends the transfer.
    func takeHeader(_ line: UnsafeRawBufferPointer, status: @autoclosure () -> Int) -> Bool {
        guard let failure = head.take(line, status: status()) else { return true }
        return end(.failure(failure))
    }

    /// The socket for the very address that will be connected to: whatever names lead to, and whenever they change,
    /// nothing passes by here.
    func open(_ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        guard isAllowed(weir_curl_address(address).flatMap { IPAddress($0) }) else {
            hasRefusedAddress = true
            return CURL_SOCKET_BAD
        }
        hasOpened = true
        let (family, type) = (address.pointee.family, address.pointee.socktype)
        return socket(family, type | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
    }

    /// Whether the request may be sent on a connection, be it a new one or one that an earlier request has left: its
    /// address is looked at as if it were new. What has come on it by now would be taken for this request's answer.
    func uses(connectionTo address: IPAddress, isQuiet: @autoclosure () -> Bool) -> Bool {
        guard isAllowed(address) else { return end(.failure(.address)) }
        guard hasOpened || isQuiet() else { return end(.stale) }
        hasRequested = true
        return true
    }

    private func isAllowed(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        return switch request.addresses {
        case .anyPublic: network.isPublic(address)
        case .exactly(let allowed): address == allowed
        }
    }

    private func end(_ verdict: TransferResult) -> Bool {
        self.verdict = verdict
        body = []
        return false
    }
}
