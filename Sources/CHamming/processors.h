// Compiling a function for several generations of processors; the one that runs is chosen when the program starts.
#ifndef WEIR_PROCESSORS_H
#define WEIR_PROCESSORS_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// What chooses between the versions would run, instrumented, before the sanitizer is there.
#define FOR_PROCESSORS
#endif
#endif
#if defined(FOR_PROCESSORS)
#elif defined(__x86_64__)
#define FOR_PROCESSORS __attribute__((target_clones("arch=x86-64-v4", "popcnt", "default")))
#else
#define FOR_PROCESSORS
#endif

// What a function for several processors calls has to become a part of it, or it would run as compiled for the oldest.
#define PART_OF_IT static inline __attribute__((always_inline))

#endif
