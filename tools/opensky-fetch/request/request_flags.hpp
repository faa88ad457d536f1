// The flags that say what is asked.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/opensky-fetch/request/request_settings.hpp"

#include <string>

namespace cdckit::opensky_fetch {

void add_states_flags(cli::FlagTable& table, RequestSettings& request);
void add_flights_flags(cli::FlagTable& table, RequestSettings& request);
void add_track_flags(cli::FlagTable& table, RequestSettings& request);

// Throw std::invalid_argument with the reason.
std::string parse_address(const std::string& text);  // 24 bit in hex, to lower case
std::string parse_airport(const std::string& text);  // ICAO code, to upper case
std::string parse_serial(const std::string& text);

// What check() of request.hpp checks of these. Throws usage.
void check_request(const RequestSettings& request);

}  // namespace cdckit::opensky_fetch
