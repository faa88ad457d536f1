// What the command line says. Declaring and checking do no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/opensky-fetch/feed/feed_settings.hpp"
#include "tools/opensky-fetch/output/output_settings.hpp"
#include "tools/opensky-fetch/request/request_settings.hpp"
#include "tools/opensky-fetch/service/service_settings.hpp"

#include <string>

namespace cdckit::opensky_fetch {

struct Options {
  RequestSettings request;
  ServiceSettings service;
  QuotaSettings quota;
  ScheduleSettings schedule;
  ReplaySettings replay;
  OutputSettings output;
  bool plan = false;
};

cli::Tool declare(Options& options);
// Throws usage for flags that do not go together, config for an unsafe URL.
void check(const Options& options);
// Areas become boxes; a field that the service prints only when asked for is asked for. Throws as
// find_area().
void resolve(Options& options);
// Throws std::invalid_argument with the reason.
double parse_speed(const std::string& text);

}  // namespace cdckit::opensky_fetch
