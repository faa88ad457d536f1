// A --config file or connections.toml.
#include "common/config/toml.hpp"
#include "tests/fuzz/target.hpp"

void fuzz_one(std::string_view bytes) {
  (void)cdckit::config::parse_toml(bytes, "fuzz");
}
