// What the build was told about itself.
#ifndef WEIR_BUILD_INFO_H
#define WEIR_BUILD_INFO_H

// The commit that was built, as the environment's WEIR_COMMIT gave it to the build; "unknown" without.
const char *weir_build_commit(void);

#endif
