// The flags that say what is asked, and of whom.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <string>

namespace cdckit::opensky_fetch {

void add_states_flags(cli::FlagTable& table, Options& options);
void add_flights_flags(cli::FlagTable& table, Options& options);
void add_track_flags(cli::FlagTable& table, Options& options);
void add_service_flags(cli::FlagTable& table, Options& options);

// Throw std::invalid_argument with the reason.
std::string parse_address(const std::string& text);  // 24 bit in hex, to lower case
std::string parse_airport(const std::string& text);  // ICAO code, to upper case
std::string parse_serial(const std::string& text);

// What check() of options.hpp checks of these. Throws usage.
void check_request(const Options& options);

}  // namespace cdckit::opensky_fetch
