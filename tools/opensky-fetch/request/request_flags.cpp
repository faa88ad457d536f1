#include "tools/opensky-fetch/request/request_flags.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tools/opensky-fetch/request/areas.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using Instant = std::optional<std::int64_t>;

std::int64_t parse_instant(const std::string& text) {
  const auto microseconds = base::parse_time(text);
  if (!microseconds) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no time such as 2026-03-01T20:57:00Z or @1772398620", text));
  }
  return *microseconds / 1'000'000;
}

void add_instant(cli::FlagTable& table,
                 const std::string& name,
                 Instant& target,
                 const std::string& help) {
  table.custom(
      name, "T", [&target](const std::string& text) { target = parse_instant(text); }, help);
}

void add_address(cli::FlagTable& table, Options& options, const std::string& help) {
  table
      .custom(
          "icao24",
          "HEX",
          [&](const std::string& text) { options.icao24.push_back(parse_address(text)); },
          help)
      .repeatable = true;
}

void add_airport(cli::FlagTable& table,
                 const std::string& name,
                 std::string& target,
                 const std::string& help) {
  table.custom(
      name, "ICAO", [&target](const std::string& text) { target = parse_airport(text); }, help);
}

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw base::Error(base::ErrorKind::usage, message, std::move(hint));
}

void check_states(const Options& options) {
  const bool boxed = !options.boxes.empty() || !options.areas.empty();
  if (!options.serials.empty() && !options.own)
    refuse("could not use --serial: it chooses among one's own receivers", "Say --own, too.");
  if (options.own && boxed) refuse("could not use a box with --own: the service knows none there");
}

void check_flights(const Options& options) {
  if (options.end && !options.begin) refuse("could not use --end: there is no --begin");
  if (options.begin && options.end && *options.end < *options.begin)
    refuse("could not use --end: it is before --begin");
  const int kinds = static_cast<int>(!options.icao24.empty()) +
                    static_cast<int>(!options.arrival.empty()) +
                    static_cast<int>(!options.departure.empty());
  if (kinds > 1) refuse("could not use several of --icao24, --arrival and --departure: choose one");
  if (options.begin && (options.every || options.budget))
    refuse("could not use --begin: it asks for one stretch of time, so --every makes no sense");
}

}  // namespace

void add_states_flags(cli::FlagTable& table, Options& options) {
  table
      .custom(
          "area",
          "NAME",
          [&](const std::string& text) { options.areas.push_back(text); },
          fmt::format("Only aircraft inside this area: {}, or one of --area-file.",
                      built_in_areas()))
      .repeatable = true;
  table
      .custom(
          "bbox",
          "S,W,N,E",
          [&](const std::string& text) { options.boxes.push_back(parse_box(text)); },
          "Only aircraft inside this box: south, west, north, east, in degrees; west is greater "
          "than east across the date line.")
      .repeatable = true;
  table.text("area-file",
             "FILE",
             options.area_file,
             "TOML file of more areas, name = \"S,W,N,E\" or [S, W, N, E].");
  add_address(table, options, "Only this aircraft, by its 24-bit address in 6 hex digits.");
  table.toggle(
      "own", options.own, "What your own receivers hear; needs credentials, costs no credits.");
  table
      .custom(
          "serial",
          "N",
          [&](const std::string& text) { options.serials.push_back(parse_serial(text)); },
          "With --own: only what this receiver hears.")
      .repeatable = true;
  table.toggle("extended", options.extended, "Ask for the aircraft category, too.");
  add_instant(table,
              "time",
              options.time,
              "The picture at this instant instead of now (RFC 3339 or @unix; needs credentials, "
              "at most 1 h back).");
}

void add_flights_flags(cli::FlagTable& table, Options& options) {
  add_instant(table,
              "begin",
              options.begin,
              "Flights since this instant (RFC 3339 or @unix); default: the last two hours, with "
              "a flag below yesterday (UTC).");
  add_instant(table, "end", options.end, "Flights until this instant, default now.");
  add_address(table, options, "Only flights of this aircraft, by its 24-bit address.");
  add_airport(table, "arrival", options.arrival, "Only flights that arrived at this airport.");
  add_airport(table, "departure", options.departure, "Only flights that left this airport.");
}

void add_track_flags(cli::FlagTable& table, Options& options) {
  add_address(table, options, "The aircraft, by its 24-bit address in 6 hex digits.");
  add_instant(table,
              "time",
              options.time,
              "Any instant of the flight (RFC 3339 or @unix), at most 30 days back; default: the "
              "flight of now.");
}

void add_service_flags(cli::FlagTable& table, Options& options) {
  table.text("url", "BASE", options.url, "Root of the API.");
  table.text("auth-url", "URL", options.auth_url, "Where credentials are exchanged for a token.");
  table.text("credentials",
             "FILE",
             options.credentials,
             "JSON file {\"clientId\",\"clientSecret\"} as the account page gives it; else "
             "OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET, else the polls are anonymous.");
  table.toggle(
      "allow-http", options.allow_http, "Accept http:// URLs of other hosts than this one.");
  table.duration("timeout", options.timeout, "How long one answer may take.");
  table.duration("max-wait",
                 options.max_wait,
                 "How long to sit out a server that is gone or busy, in all; one that asks for a "
                 "longer pause ends the run with 75 at once.");
}

std::string parse_address(const std::string& text) {
  std::string address = base::to_lower(text);
  if (address.size() != 6 || !base::parse_hex(address)) {
    throw std::invalid_argument(fmt::format("\"{}\" is no address of 6 hex digits", text));
  }
  return address;
}

std::string parse_airport(const std::string& text) {
  std::string code = base::to_upper(text);
  const bool plain = std::all_of(
      code.begin(), code.end(), [](unsigned char c) { return std::isalnum(c) != 0 && c < 0x80; });
  if (code.size() != 4 || !plain) {
    throw std::invalid_argument(fmt::format("\"{}\" is no ICAO code such as LSZH", text));
  }
  return code;
}

std::string parse_serial(const std::string& text) {
  if (!base::parse_signed(text))
    throw std::invalid_argument(fmt::format("\"{}\" is no serial number", text));
  return text;
}

void check_request(const Options& options) {
  switch (options.endpoint) {
    case Endpoint::states:
      check_states(options);
      break;
    case Endpoint::flights:
      check_flights(options);
      break;
    case Endpoint::track:
      if (options.icao24.empty() && options.replay.empty())
        refuse("could not ask for a track: there is no --icao24");
      break;
  }
  if (options.time && (options.every || options.budget || !options.replay.empty())) {
    refuse(
        "could not use --time: it asks for one instant, so --every and --replay make no sense with "
        "it");
  }
}

}  // namespace cdckit::opensky_fetch
