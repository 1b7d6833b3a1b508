/// What a policy made of an upload's findings.
package struct Decision: Sendable, Equatable {
    package var action: Action
    package var labels: [String]
    /// The rule that decided; nil where none matched, and the policy's default stands.
    package var rule: String?
    /// Whether the content is to be kept as evidence, whatever the action.
    package var preserve: Bool
    /// What the rule would have done, had the text not stood apart from what was found in it (`TextContext`).
    package var softenedFrom: Action?

    package init(action: Action, labels: [String] = [], rule: String? = nil, preserve: Bool = false) {
        self.action = action
        self.labels = labels
        self.rule = rule
        self.preserve = preserve
    }
}

/// What a policy that is only tried out would have decided.
package struct ShadowDecision: Sendable, Equatable {
    package let policy: String
    package let decision: Decision

    package init(policy: String, decision: Decision) {
        self.policy = policy
        self.decision = decision
    }
}

/// Hashes of one media item, carried by the event or worked out from its bytes.
package struct Fingerprint: Sendable, Equatable {
    /// Position in `EventBatch.media`.
    package var media: Int
    package var sha256: Digest256?
    package var pdq: Digest256?
    /// By kind, each once.
    package var linkingKeys: [LinkingKey] = []

    package init(media: Int, sha256: Digest256? = nil, pdq: Digest256? = nil, linkingKeys: [LinkingKey] = []) {
        self.media = media
        self.sha256 = sha256
        self.pdq = pdq
        self.linkingKeys = linkingKeys
    }
}
