#include "tests/bench/instructions/measured.hpp"

void cdckit_measured(cdckit::bench::Work& work) {
  work.pass();
}
