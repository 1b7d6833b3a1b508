// Vectorscan's compile and scan interfaces, as they are.
#pragma once

#include <hs/hs.h>
