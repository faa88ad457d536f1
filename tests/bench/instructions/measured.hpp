// The function whose instructions are counted, callees included: valgrind finds it by its name.
#pragma once

#include "tests/bench/instructions/work.hpp"

extern "C" [[gnu::noinline, gnu::used]] void cdckit_measured(cdckit::bench::Work& work);
