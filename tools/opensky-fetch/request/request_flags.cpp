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

void add_address(cli::FlagTable& table, RequestSettings& request, const std::string& help) {
  table
      .custom(
          "icao24",
          "HEX",
          [&](const std::string& text) { request.icao24.push_back(parse_address(text)); },
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

void check_states(const RequestSettings& request) {
  const bool boxed = !request.boxes.empty() || !request.areas.empty();
  if (!request.serials.empty() && !request.own)
    refuse("could not use --serial: it chooses among one's own receivers", "Say --own, too.");
  if (request.own && boxed) refuse("could not use a box with --own: the service knows none there");
}

void check_flights(const RequestSettings& request) {
  if (request.end && !request.begin) refuse("could not use --end: there is no --begin");
  if (request.begin && request.end && *request.end < *request.begin)
    refuse("could not use --end: it is before --begin");
  const int kinds = static_cast<int>(!request.icao24.empty()) +
                    static_cast<int>(!request.arrival.empty()) +
                    static_cast<int>(!request.departure.empty());
  if (kinds > 1) refuse("could not use several of --icao24, --arrival and --departure: choose one");
}

}  // namespace

void add_states_flags(cli::FlagTable& table, RequestSettings& request) {
  table
      .custom(
          "area",
          "NAME",
          [&](const std::string& text) { request.areas.push_back(text); },
          fmt::format("Only aircraft inside this area: {}, or one of --area-file.",
                      built_in_areas()))
      .repeatable = true;
  table
      .custom(
          "bbox",
          "S,W,N,E",
          [&](const std::string& text) { request.boxes.push_back(parse_box(text)); },
          "Only aircraft inside this box: south, west, north, east, in degrees; west is greater "
          "than east across the date line.")
      .repeatable = true;
  table.text("area-file",
             "FILE",
             request.area_file,
             "TOML file of more areas, name = \"S,W,N,E\" or [S, W, N, E].");
  add_address(table, request, "Only this aircraft, by its 24-bit address in 6 hex digits.");
  table.toggle(
      "own", request.own, "What your own receivers hear; needs credentials, costs no credits.");
  table
      .custom(
          "serial",
          "N",
          [&](const std::string& text) { request.serials.push_back(parse_serial(text)); },
          "With --own: only what this receiver hears.")
      .repeatable = true;
  table.toggle("extended", request.extended, "Ask for the aircraft category, too.");
  add_instant(table,
              "time",
              request.time,
              "The picture at this instant instead of now (RFC 3339 or @unix; needs credentials, "
              "at most 1 h back).");
}

void add_flights_flags(cli::FlagTable& table, RequestSettings& request) {
  add_instant(table,
              "begin",
              request.begin,
              "Flights since this instant (RFC 3339 or @unix); default: the last two hours, with "
              "a flag below yesterday (UTC).");
  add_instant(table, "end", request.end, "Flights until this instant, default now.");
  add_address(table, request, "Only flights of this aircraft, by its 24-bit address.");
  add_airport(table, "arrival", request.arrival, "Only flights that arrived at this airport.");
  add_airport(table, "departure", request.departure, "Only flights that left this airport.");
}

void add_track_flags(cli::FlagTable& table, RequestSettings& request) {
  add_address(table, request, "The aircraft, by its 24-bit address in 6 hex digits.");
  add_instant(table,
              "time",
              request.time,
              "Any instant of the flight (RFC 3339 or @unix), at most 30 days back; default: the "
              "flight of now.");
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

void check_request(const RequestSettings& request) {
  if (request.endpoint == Endpoint::states) check_states(request);
  if (request.endpoint == Endpoint::flights) check_flights(request);
}

}  // namespace cdckit::opensky_fetch
