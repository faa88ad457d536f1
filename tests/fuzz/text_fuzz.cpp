// The small parsers of base and event: whatever they accept, they print again as the same value.
#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/secrets/secret.hpp"
#include "tests/fuzz/target.hpp"

#include <cstdlib>

using namespace cdckit;

void fuzz_one(std::string_view bytes) {
  if (const auto position = event::parse_position(bytes)) {
    if (event::parse_position(event::to_text(*position)) != position) std::abort();
  }
  if (const auto lsn = event::parse_lsn(bytes)) {
    if (event::parse_lsn(event::lsn_text(*lsn)) != lsn) std::abort();
  }
  (void)base::parse_time(bytes);
  (void)base::parse_size(bytes);
  (void)base::parse_duration(bytes);
  (void)secrets::scrub(bytes);
}
