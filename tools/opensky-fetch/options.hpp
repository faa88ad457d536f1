// What the command line says. Declaring and checking do no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/opensky-fetch/request/box.hpp"
#include "tools/opensky-fetch/request/budget.hpp"
#include "tools/opensky-fetch/request/endpoint.hpp"
#include "tools/opensky-fetch/rows/fields.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

struct Options {
  Endpoint endpoint = Endpoint::states;
  std::string url = "https://opensky-network.org/api";
  std::string auth_url =
      "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token";
  std::string credentials{};
  bool allow_http = false;

  std::vector<Box> boxes{};  // once resolved: the areas', too, and none across the date line
  std::vector<std::string> areas{};  // names
  std::string area_file{};
  std::vector<std::string> icao24{};
  std::vector<std::string> serials{};
  bool own = false;
  bool extended = false;
  std::optional<std::int64_t> time{};  // Unix seconds, as the next two
  std::optional<std::int64_t> begin{};
  std::optional<std::int64_t> end{};
  std::string arrival{};  // airports
  std::string departure{};

  std::optional<std::chrono::milliseconds> every{};
  std::int64_t count = 0;                // 0: no limit
  std::chrono::milliseconds run_for{0};  // 0: no limit
  std::chrono::milliseconds max_wait{60'000};
  std::chrono::milliseconds timeout{30'000};

  std::optional<Budget> budget{};
  std::string state{};  // folder
  bool plan = false;

  std::vector<Field> fields{};  // empty: the default ones
  std::string time_format = "iso";

  std::string record{};  // folder
  std::string replay{};
  double speed = 0;  // 0: as fast as it goes
};

cli::Tool declare(Options& options);
// Throws usage for flags that do not go together, config for an unsafe URL.
void check(const Options& options);
// Names become boxes, and boxes across the date line two. Throws as find_area().
void resolve_areas(Options& options);
// The chosen fields, or the default ones.
std::vector<Field> fields_of(const Options& options);
// Throws std::invalid_argument with the reason.
double parse_speed(const std::string& text);

}  // namespace cdckit::opensky_fetch
