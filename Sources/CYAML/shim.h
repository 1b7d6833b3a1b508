// libyaml's parser, as it is.
#pragma once

#include <yaml.h>
