// What the command line says. Declaring and checking do no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/opensky-fetch/rows/fields.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

// Degrees, WGS-84. `texts` are the same numbers as typed: south, west, north, east.
struct Box {
  double south = 0;
  double west = 0;
  double north = 0;
  double east = 0;
  std::array<std::string, 4> texts{};
};

struct Options {
  std::string url = "https://opensky-network.org/api";
  std::string auth_url =
      "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token";
  std::string credentials{};
  bool allow_http = false;

  std::optional<Box> box{};
  std::vector<std::string> icao24{};
  bool extended = false;
  std::optional<std::int64_t> time{};  // Unix seconds

  std::optional<std::chrono::milliseconds> every{};
  std::int64_t count = 0;                // 0: no limit
  std::chrono::milliseconds run_for{0};  // 0: no limit
  std::chrono::milliseconds max_wait{60'000};
  std::chrono::milliseconds timeout{30'000};

  std::vector<Field> fields{};  // empty: the default ones
  std::string time_format = "iso";

  std::string replay{};
  double speed = 0;  // 0: as fast as it goes
};

cli::Tool declare(Options& options);
// Throws usage for flags that do not go together, config for an unsafe URL.
void check(const Options& options);
// The chosen fields, or the default ones.
std::vector<Field> fields_of(const Options& options);

// Throw std::invalid_argument with the reason.
Box parse_box(const std::string& text);
std::string parse_address(const std::string& text);
double parse_speed(const std::string& text);

}  // namespace cdckit::opensky_fetch
