package import Detection
package import Events

/// `metadata.behaviour`: what accounts did before, as a fold over their partition has it (`AccountState`).
///
/// The fold runs as records are read, in their order; this only hands its facts on. docs/metadata.md lists them.
package struct BehaviourDetector: Detector {
    package static let name = "metadata.behaviour"
    package static let registration = DetectorRegistration(
        name: name, version: "1",
        summary: "what accounts did within an hour, a day and a week; events that are delivered again, late or ahead",
        uses: [], facts: AccountRules.all.flatMap { $0.facts } + [duplicateFact, "late-event", "future-clock"],
        settings: AccountSettings.all
    ) { _ in
        BehaviourDetector()
    }

    package func inspect(_ inspection: Inspection) -> Findings {
        var findings = Findings()
        for fact in inspection.batch.facts where inspection.selection.contains(fact.event) {
            findings.found.append(Finding(event: fact.event, fact: fact.fact, value: fact.value))
        }
        return findings
    }
}
