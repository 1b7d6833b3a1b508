// swift-tools-version: 6.3
import PackageDescription

// A build under CI=true refuses warnings; elsewhere a newer compiler's new warning must not stop anyone.
let strict = Context.environment["CI"] == "true"

let swift: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// A Debian library as it is: `Sources/<name>` holds a module map and a header.
func library(_ name: String, pkgConfig: String, package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: Target.Dependency..., resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

/// What `weir version` says was built. From the environment, not from git: a cached manifest would go stale.
let commit = Context.environment["WEIR_COMMIT"] ?? "unknown"

/// Only Tests/fuzz.sh asks for it, and gives libFuzzer to the linker.
let fuzzer: [Target] =
    Context.environment["WEIR_FUZZER"] == nil
    ? []
    : [
        .systemLibrary(name: "CLibFuzzer", path: "Tests/Fuzzing/CLibFuzzer"),
        .executableTarget(
            name: "fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/Fuzzing/Driver",
            swiftSettings: swift),
    ]

let package = Package(
    name: "weir",
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .library(name: "Kafka", targets: ["Kafka"]),
    ],
    targets: [
        // Bridges to C and C++.
        library("CCrypto", pkgConfig: "libcrypto", package: "libssl-dev"),
        library("CCurl", pkgConfig: "libcurl", package: "libcurl4-openssl-dev"),
        library("CExpat", pkgConfig: "expat", package: "libexpat1-dev"),
        library("CMicrohttpd", pkgConfig: "libmicrohttpd", package: "libmicrohttpd-dev"),
        library("CPSL", pkgConfig: "libpsl", package: "libpsl-dev"),
        library("CRdkafka", pkgConfig: "rdkafka", package: "librdkafka-dev"),
        library("CVectorscan", pkgConfig: "libhs", package: "libvectorscan-dev"),
        // By GObject's flags: those of vips carry -pthread, which SwiftPM refuses, and all else it needs is on the default path.
        library("CVips", pkgConfig: "gobject-2.0", package: "libvips-dev"),
        library("CYAML", pkgConfig: "yaml-0.1", package: "libyaml-dev"),
        .target(
            name: "CICU",
            linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc"), .linkedLibrary("icudata")]),
        .target(
            name: "CImaging", dependencies: ["CVips"],
            linkerSettings: [.linkedLibrary("turbojpeg"), .linkedLibrary("vips")]),
        .target(name: "CCLD2", linkerSettings: [.linkedLibrary("cld2")]),
        .target(name: "CBuildInfo", cSettings: [.define("WEIR_COMMIT", to: "\"\(commit)\"")]),
        .target(name: "CChecksum"),
        .target(name: "CHamming"),
        .systemLibrary(name: "CLuma"),
        .systemLibrary(name: "CMalloc"),
        .target(name: "CSandbox"),
        .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),

        // Each layer knows only those above it in this list.
        module("Concurrency"),
        module("FaultInjection"),
        module("Configuration", "CYAML"),
        module("Events", "CCrypto", "CICU", "CPSL", "CSimdjson", "Configuration"),
        module("Signals", "CChecksum", "CExpat", "CHamming", "Configuration", "Events", "FaultInjection"),
        module("Detection", "Configuration", "Events", "Signals"),
        module("Imaging", "CImaging"),
        module("HashDetection", "CLuma", "Configuration", "Detection", "Events", "Imaging", "Signals"),
        module("Media", "CCurl", "CSandbox", "Concurrency", "Detection", "Events", "HashDetection", "Imaging"),
        module("MetadataDetection", "Configuration", "Detection", "Events", "FaultInjection", "Signals"),
        module(
            "TextDetection", "CCLD2", "CICU", "CVectorscan", "Configuration", "Detection", "Events", "Signals"),
        module("Policy", "Configuration", "Events"),
        module("Kafka", "Concurrency", "CRdkafka", "FaultInjection"),
        module("Operations", "CCurl", "CMalloc", "Concurrency", "Events", "CMicrohttpd"),
        module(
            "Pipeline", "Concurrency", "Configuration", "Detection", "Events", "FaultInjection", "Operations", "Policy",
            "Signals"),
        module(
            "Streaming", "Concurrency", "Configuration", "Events", "FaultInjection", "Kafka", "MetadataDetection",
            "Operations", "Pipeline", "Policy", "Signals"),
        module("LoadGeneration", "Events"),
        .executableTarget(
            name: "weir",
            dependencies: [
                "CBuildInfo", "CMalloc", "Concurrency", "Configuration", "Detection", "Events", "HashDetection",
                "Imaging",
                "Kafka", "LoadGeneration", "Media", "MetadataDetection", "Operations",
                "Pipeline", "Policy", "Signals", "Streaming", "TextDetection",
            ],
            swiftSettings: swift),

        .target(
            name: "TestSupport", dependencies: ["Events", "LoadGeneration"], path: "Tests/TestSupport",
            swiftSettings: swift),
        // A detector outside the product, as the proof that one needs nothing but these four.
        .target(
            name: "SampleDetector", dependencies: ["Configuration", "Detection", "Events", "Signals"],
            path: "Tests/SampleDetector", swiftSettings: swift),
        // What runs in place of the decoding processes to see what their walls hold.
        .executableTarget(
            name: "hostile-decoder", dependencies: ["Detection", "Events", "HashDetection", "Imaging", "Media"],
            path: "Tests/HostileDecoder", swiftSettings: swift),
        tests(
            "CommandLineTests", "Configuration", "Detection", "Events", "MetadataDetection", "TestSupport",
            "TextDetection", "weir"),
        tests("ConcurrencyTests", "Concurrency", "TestSupport"),
        tests("FaultInjectionTests", "FaultInjection"),
        tests("ConfigurationTests", "Configuration", "TestSupport"),
        tests("EventsTests", "Configuration", "Events", "TestSupport"),
        // Run under AddressSanitizer by Tests/sanitize.sh.
        .executableTarget(
            name: "event-mutations", dependencies: ["CSimdjson", "Configuration", "Events", "TestSupport"],
            path: "Tests/EventMutations", swiftSettings: swift),
        // Every reader of outside bytes as a function of them. Tests/fuzz.sh runs them under libFuzzer; the tests replay
        // what was found. Two files of the command are here by symbolic links, as an executable can't be depended on.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Configuration", "Detection", "Events", "HashDetection", "Imaging", "Media", "MetadataDetection",
                "Operations", "Pipeline", "Policy", "Signals", "TextDetection",
            ],
            path: "Tests/Fuzzing/Targets", swiftSettings: swift),
        .testTarget(
            name: "FuzzingTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Replay", swiftSettings: swift),
        tests(
            "MetadataDetectionTests", "Configuration", "Detection", "Events", "MetadataDetection", "Signals",
            "TestSupport", "TextDetection"),
        tests("OperationsTests", "Events", "Operations", "TestSupport"),
        tests(
            "PipelineTests", "Configuration", "Detection", "Events", "Operations", "Pipeline", "Policy",
            "SampleDetector", "Signals", "TestSupport"),
        tests("PolicyTests", "Configuration", "Events", "Policy", "TestSupport"),
        tests("SignalsTests", "CChecksum", "CHamming", "Configuration", "Events", "Signals", "TestSupport"),
        tests("KafkaTests", "CRdkafka", "Concurrency", "Kafka", "TestSupport"),
        .target(
            name: "StreamingTestSupport",
            dependencies: [
                "Concurrency", "Configuration", "Detection", "Events", "HashDetection", "Kafka", "MetadataDetection",
                "Operations", "Pipeline", "Policy", "Signals", "Streaming",
            ],
            path: "Tests/StreamingTestSupport", swiftSettings: swift),
        tests(
            "StreamingTests", "CRdkafka", "Concurrency", "Events", "Kafka", "MetadataDetection", "Operations",
            "Pipeline", "Signals", "Streaming", "StreamingTestSupport", "TestSupport", resources: [.copy("Resources")]),
        tests(
            "KafkaIntegrationTests", "Concurrency", "Events", "Kafka", "MetadataDetection", "Operations", "Streaming",
            "StreamingTestSupport", "TestSupport"),

        tests(
            "ImagingTests", "Events", "HashDetection", "Imaging", "TestSupport", resources: [.copy("Fixtures")]),
        tests(
            "HashDetectionTests", "Configuration", "Detection", "Events", "HashDetection", "Imaging", "Signals",
            resources: [.copy("Golden")]),
        .systemLibrary(name: "CTLS", path: "Tests/CTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
        tests(
            "MediaTests", "CSandbox", "CTLS", "Concurrency", "Configuration", "Detection", "Events", "HashDetection",
            "Imaging", "Media", "Signals", "TestSupport", "hostile-decoder"),
        tests(
            "TextDetectionTests", "CICU", "Configuration", "Detection", "Events", "Signals", "TestSupport",
            "TextDetection", resources: [.copy("Golden")]),
    ]
        + fuzzer,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
