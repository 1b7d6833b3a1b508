package import Detection

/// What this module adds to a pipeline.
package let hashDetectors: [DetectorRegistration] = [ExactHashDetector.registration, PDQDetector.registration]
