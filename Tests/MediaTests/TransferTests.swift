import Concurrency
import Testing

@testable import Media

@Suite struct TransferTests {
    /// Whatever length is stated: memory follows what has come, and never exceeds the share that was taken for it.
    @Test(arguments: [nil, 1, 100_000, 1_000_000, 1 << 40]) func memoryStaysWithinTheShare(length: Int?) async throws {
        let budget = Permits(4 << 20)
        let share = try await budget.grant(64 << 10)
        let request = TransferRequest(
            target: try FetchTarget(Array("https://cdn.example.org/".utf8)), addresses: .anyPublic,
            byteLimit: 1_000_000, share: share, limit: .seconds(1))
        let transfer = Transfer(request, .open)
        #expect([UInt8]("\r\n".utf8).withUnsafeBytes { transfer.takeHeader($0, status: 200) })
        let piece = [UInt8](repeating: 7, count: 10_000)
        for number in 1...100 {
            #expect(piece.withUnsafeBytes { transfer.take($0, length: length) })
            #expect(transfer.body.count == number * piece.count)
            // The allocator gives whole pages.
            #expect(transfer.body.capacity <= share.count + 8_192)
            #expect(share.count <= max(64 << 10, 2 * transfer.body.count))
        }
        #expect(piece.withUnsafeBytes { !transfer.take($0, length: length) })
        guard case .failure(.tooLarge) = transfer.verdict else {
            Issue.record("it was not too large")
            return
        }
        #expect(transfer.body.capacity == 0)
    }

    @Test func bodiesThatFindNoRoomLetGo() async throws {
        let budget = Permits(100_000)
        let others = try await budget.grant(90_000)
        let share = try await budget.grant(10_000)
        let request = TransferRequest(
            target: try FetchTarget(Array("https://cdn.example.org/".utf8)), addresses: .anyPublic,
            byteLimit: 100_000, share: share, limit: .seconds(1))
        let transfer = Transfer(request, .open)
        #expect([UInt8]("\r\n".utf8).withUnsafeBytes { transfer.takeHeader($0, status: 200) })
        #expect([UInt8](repeating: 7, count: 10_000).withUnsafeBytes { transfer.take($0, length: 10_001) })
        #expect([7].withUnsafeBytes { !transfer.take($0, length: 10_001) })
        guard case .noRoom = transfer.verdict else {
            Issue.record("it found room")
            return
        }
        #expect(transfer.body.isEmpty && others.count == 90_000)
    }
}
