#include "tools/opensky-fetch/options.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"
#include "tools/opensky-fetch/run.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::chrono::milliseconds kShortestPeriod{5'000};

double parse_degrees(const std::string& text, double limit) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= -limit && value <= limit)) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no number of degrees up to {}", text, limit));
  }
  return value;
}

std::int64_t parse_instant(const std::string& text) {
  const auto microseconds = base::parse_time(text);
  if (!microseconds) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no time such as 2026-03-01T20:57:00Z or @1772398620", text));
  }
  return *microseconds / 1'000'000;
}

std::vector<cli::Flag> request_flags(Options& options) {
  cli::FlagTable table("Request");
  table.custom(
      "bbox",
      "S,W,N,E",
      [&](const std::string& text) { options.box = parse_box(text); },
      "Only aircraft inside this box: south, west, north, east, in degrees.");
  table
      .custom(
          "icao24",
          "HEX",
          [&](const std::string& text) { options.icao24.push_back(parse_address(text)); },
          "Only this aircraft, by its 24-bit address in 6 hex digits.")
      .repeatable = true;
  table.toggle("extended", options.extended, "Ask for the aircraft category, too.");
  table.custom(
      "time",
      "T",
      [&](const std::string& text) { options.time = parse_instant(text); },
      "The picture at this instant instead of now (RFC 3339 or @unix; needs credentials, at most 1 "
      "h back).");
  table.text("url", "BASE", options.url, "Root of the API.");
  table.text("auth-url", "URL", options.auth_url, "Where credentials are exchanged for a token.");
  table.text("credentials",
             "FILE",
             options.credentials,
             "JSON file {\"clientId\",\"clientSecret\"} as the account page gives it; without one "
             "the polls are anonymous.");
  table.toggle(
      "allow-http", options.allow_http, "Accept http:// URLs of other hosts than this one.");
  table.duration("timeout", options.timeout, "How long one answer may take.");
  table.duration("max-wait",
                 options.max_wait,
                 "How long to sit out a server that is gone or busy, in all; one that asks for a "
                 "longer pause ends the run with 75 at once.");
  return table.flags;
}

std::vector<cli::Flag> schedule_flags(Options& options) {
  cli::FlagTable table("Schedule");
  table.custom(
      "every",
      "TIME",
      [&](const std::string& text) {
        options.every = base::parse_duration(text);
        if (!options.every)
          throw std::invalid_argument(fmt::format("\"{}\" is no duration such as 10s", text));
      },
      "Poll again and again, at multiples of TIME on the clock; at least 5s, but for a server on "
      "this host any, 0 too.");
  table.number("count", "N", options.count, "Stop after N polls.");
  table.duration("for", options.run_for, "Stop after this time.");
  table.text("replay",
             "FILE|DIR",
             options.replay,
             "Play recorded answers, one {\"time\",\"states\"} object a line, plain or .zst, "
             "instead of asking the service; - is stdin.");
  table
      .custom(
          "speed",
          "N|max",
          [&](const std::string& text) { options.speed = parse_speed(text); },
          "How much faster than recorded a replay runs.")
      .fallback = "max";
  return table.flags;
}

std::vector<cli::Flag> output_flags(Options& options) {
  cli::FlagTable table("Output");
  table.custom(
      "fields",
      "a,b,c",
      [&](const std::string& text) { options.fields = choose_fields(base::split(text, ',')); },
      "Print only these members, in this order.");
  table.choice("time-format",
               {"iso", "unix"},
               options.time_format,
               "Times as ISO 8601 text in UTC, or as Unix seconds.");
  return table.flags;
}

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw base::Error(base::ErrorKind::usage, message, std::move(hint));
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Command states;
  states.name = "states";
  states.summary = "Print the state of every aircraft, one line each.";
  for (auto* part : {&request_flags, &schedule_flags, &output_flags}) {
    for (cli::Flag& flag : (*part)(options)) states.flags.push_back(std::move(flag));
  }
  states.run = [&options](cli::Context& context) { return run(options, context); };
  states.source = true;

  cli::Tool tool;
  tool.name = "opensky-fetch";
  tool.summary = "Print what the OpenSky flight API says as NDJSON, once or on a schedule.";
  tool.commands.push_back(std::move(states));
  tool.examples = {
      {"opensky-fetch states --bbox 45.8389,5.9962,47.8229,10.5226 | jq -r .callsign",
       "The aircraft over Switzerland now."},
      {"opensky-fetch states --every 30s --ack fetch.ack | pg-load -d flights --table live_state "
       "--mode sync --key icao24 --ack fetch.ack",
       "Keep a table equal to the sky."},
      {"opensky-fetch states --replay day.ndjson.zst --speed 60 --count 100",
       "Play a recording, a minute a second."},
  };
  return tool;
}

void check(const Options& options) {
  const bool live = options.replay.empty();
  if (options.time && (options.every || !live)) {
    refuse(
        "could not use --time: it asks for one instant, so --every and --replay make no sense with "
        "it");
  }
  if (options.speed != 0 && live) refuse("could not use --speed: there is no --replay");
  if (!options.every && live && (options.count > 1 || options.run_for.count() > 0)) {
    refuse("could not use --count or --for: there is no --every",
           "Say how often, e.g. --every 10s.");
  }
  if (options.max_wait.count() < 0 || options.timeout.count() <= 0)
    refuse("could not use a time of nothing");
  if (!live) return;
  http::require_safe_url(options.url, options.allow_http);
  if (!options.credentials.empty()) http::require_safe_url(options.auth_url, options.allow_http);
  if (options.every && *options.every < kShortestPeriod && !http::is_loopback_url(options.url)) {
    refuse(fmt::format("could not poll every {}: the service changes its picture every {} at most",
                       base::format_duration(*options.every),
                       base::format_duration(kShortestPeriod)));
  }
}

std::vector<Field> fields_of(const Options& options) {
  return options.fields.empty() ? default_fields(options.extended) : options.fields;
}

Box parse_box(const std::string& text) {
  const std::vector<std::string> parts = base::split(text, ',');
  if (parts.size() != 4) throw std::invalid_argument(fmt::format("\"{}\" is not S,W,N,E", text));
  Box box;
  for (std::size_t i = 0; i < 4; ++i) box.texts.at(i) = base::trim(parts[i]);
  box.south = parse_degrees(box.texts[0], 90);
  box.west = parse_degrees(box.texts[1], 180);
  box.north = parse_degrees(box.texts[2], 90);
  box.east = parse_degrees(box.texts[3], 180);
  if (box.south > box.north)
    throw std::invalid_argument(fmt::format("\"{}\": south is north of north", text));
  if (box.west > box.east) {
    throw std::invalid_argument(
        fmt::format("\"{}\": a box across the date line takes two runs", text));
  }
  return box;
}

std::string parse_address(const std::string& text) {
  std::string address = base::to_lower(text);
  if (address.size() != 6 || !base::parse_hex(address)) {
    throw std::invalid_argument(fmt::format("\"{}\" is no address of 6 hex digits", text));
  }
  return address;
}

double parse_speed(const std::string& text) {
  if (text == "max") return 0;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value > 0 && value <= 1e6)) {
    throw std::invalid_argument(fmt::format("\"{}\" is neither a number above 0 nor max", text));
  }
  return value;
}

}  // namespace cdckit::opensky_fetch
