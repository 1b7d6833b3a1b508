// expat's parser of XML, as it is.
#pragma once

#include <expat.h>
