// simulation [--seconds N] [--seed FIRST] [--plant NAME]: schedules of one pipe with
// acknowledgements, one a seed, over the code that the tools run. Without --plant every schedule
// must keep every promise; with it the planted bug must be found within the time. Prints how many
// it tried.
#include "common/log/log.hpp"
#include "tests/simulation/pipeline.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace cdckit;
using simulation::Plant;

struct Named {
  std::string_view name;
  Plant plant;
};
constexpr std::array<Named, 8> kPlants{{
    {"nothing", Plant::nothing},
    {"ack_before_flush", Plant::ack_before_flush},
    {"ack_not_durable", Plant::ack_not_durable},
    {"stale_run_believed", Plant::stale_run_believed},
    {"file_ahead_believed", Plant::file_ahead_believed},
    {"ledger_out_of_order", Plant::ledger_out_of_order},
    {"past_held_position", Plant::past_held_position},
    {"eof_hides_half_a_transaction", Plant::eof_hides_half_a_transaction},
}};

struct Wish {
  std::chrono::seconds time{10};
  std::uint64_t seed = 1;
  std::uint64_t count = ~std::uint64_t{0};
  Named planted = kPlants[0];
};

Wish parse(int argc, char** argv) {
  Wish wish;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--seconds") wish.time = std::chrono::seconds(std::stoll(value));
    if (flag == "--seed") wish.seed = std::stoull(value);
    if (flag == "--count") wish.count = std::stoull(value);
    if (flag == "--plant") {
      wish.planted = {"", Plant::nothing};
      for (const Named& named : kPlants) {
        if (named.name == value) wish.planted = named;
      }
      if (wish.planted.name.empty()) {
        std::fprintf(stderr, "there is no plant \"%s\"\n", value.c_str());
        std::exit(2);
      }
    }
  }
  return wish;
}

}  // namespace

int main(int argc, char** argv) {
  const Wish wish = parse(argc, argv);
  log::Settings settings;
  settings.level = log::Level::error;
  log::configure(settings);
  const bool planted = wish.planted.plant != Plant::nothing;
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t seed = wish.seed;
  for (std::uint64_t tried = 0; tried < wish.count; ++tried, ++seed) {
    if (seed % 64 == 0 && std::chrono::steady_clock::now() - began > wish.time) break;
    try {
      simulation::Pipeline(seed, wish.planted.plant).run();
    } catch (const std::exception& error) {
      std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), error.what());
      if (planted) {
        std::printf("found %s after %llu schedules\n",
                    std::string(wish.planted.name).c_str(),
                    static_cast<unsigned long long>(seed - wish.seed + 1));
        return 0;
      }
      return 1;
    }
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began;
  const auto count = seed - wish.seed;
  std::printf("%llu schedules in %.1f s, %.0f a minute\n",
              static_cast<unsigned long long>(count),
              spent.count(),
              static_cast<double>(count) / spent.count() * 60);
  return planted ? 1 : 0;
}
