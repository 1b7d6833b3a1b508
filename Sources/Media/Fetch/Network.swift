/// What a fetch goes by in the network. Tests put their own in place of the open Internet, as their servers are on
/// loopback.
struct Network: Sendable {
    /// Whether names may lead to an address.
    var isPublic: @Sendable (IPAddress) -> Bool = { $0.isPublic }
    /// Addresses of a host, instead of what the system's resolver says.
    var addresses: (@Sendable (_ host: String) -> [String])?
    /// A file of certificates (PEM) to trust, instead of the system's.
    var authorities: String?

    static let open = Network()
}
