// instructions-TOOL WORK FILE: two passes over the file, the second one counted by whoever looks
// (bench beside this file); prints how many events that one had.
#include "tests/bench/instructions/measured.hpp"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    const auto work = cdckit::bench::make_work(argv[1], argv[2]);
    work->pass();
    const auto before = work->events();
    cdckit_measured(*work);
    std::printf("%llu\n", static_cast<unsigned long long>(work->events() - before));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 1;
  }
  return 0;
}
