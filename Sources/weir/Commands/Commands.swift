/// Every command there is; the tool's help, parser and suggestions know no other list.
enum Commands {
    static let all: [Command] = [
        demo,
        run, scan, configCheck, configShow, configReference, topologyCheck, topologyApply, topologyShow, topologyGraph,
        policyCheck, outcomePut,
        stateShow, stateStats, stateVerify,
        deadLetterList, deadLetterShow, deadLetterReplay, deadLetterPurge,
        hashPDQ, hashMD5, hashSHA1, hashSHA256, signalsValidate, signalsMatch, signalsImport,
        signalsPut, signalsDelete, signalsList, signalsExport, signalsStats,
        textFold, textMatch,
        textNear, textFingerprint,
        textClassify, textLanguage, textEvaluate,
        loadGenerate, loadRun, bench, probe, version,
    ]
}
