/// What a platform did about an account (`data.action` of `weir.account.action.v1`).
package enum AccountAction: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The account broke a rule, and that counts against it.
    case strike
    /// The same, for content that supports terrorism.
    case terrorismStrike
    /// The account was taken away.
    case removed
    /// What was done is taken back: `data.weight` strikes, or everything where none is given.
    case restored

    package var name: StaticString {
        switch self {
        case .strike: "strike"
        case .terrorismStrike: "terrorism-strike"
        case .removed: "removed"
        case .restored: "restored"
        }
    }

    init?(name: UnsafeRawBufferPointer) {
        guard let action = AccountAction.allCases.first(where: { name.elementsEqual(bytes(of: $0.name)) }) else {
            return nil
        }
        self = action
    }

    /// Of how many strikes one may be.
    package static let weights: ClosedRange<Int64> = 1...100
}

/// What stands at `data.action` and `data.weight`. Whether it has to make sense is known only once the type is: another
/// event may have members of these names, which mean nothing here.
struct AccountActionFields {
    private(set) var action: AccountAction?
    private(set) var weight: Int64?
    private var hasAction = false
    private var hasWeight = false

    init() {}

    mutating func set(_ action: AccountAction?) { (self.action, hasAction) = (action, true) }

    /// - Parameter weight: nil for what is no whole number.
    mutating func set(weight: Int64?) {
        self.weight = weight.flatMap { AccountAction.weights.contains($0) ? $0 : nil }
        hasWeight = true
    }

    /// - Parameter hasContent: whether the event has text, media or links.
    func check(hasContent: Bool) throws(DecodeError) {
        let names = AccountAction.allCases.map { "\($0.name)" }.joined(separator: ", ")
        guard hasAction else { throw DecodeError(.fieldMissing, .action, "is required: one of \(names)") }
        guard action != nil else { throw DecodeError(.fieldValue, .action, "must be one of \(names)") }
        guard !hasWeight || weight != nil else {
            let (least, most) = (AccountAction.weights.lowerBound, AccountAction.weights.upperBound)
            throw DecodeError(.fieldRange, .actionWeight, "must be a whole number from \(least) to \(most)")
        }
        guard !hasContent else {
            throw DecodeError(
                .fieldValue, "data: an account's action has no text, media or links; content is an event of its own")
        }
    }
}
