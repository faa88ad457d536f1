#include "tools/opensky-fetch/options.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/http/url.hpp"
#include "tools/opensky-fetch/request/request_flags.hpp"
#include "tools/opensky-fetch/run.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::chrono::milliseconds kShortestPeriod{5'000};

void add_service_flags(cli::FlagTable& table, Options& options) {
  table.text("url", "BASE", options.request.url, "Root of the API.");
  table.text(
      "auth-url", "URL", options.service.auth_url, "Where credentials are exchanged for a token.");
  table.text("credentials",
             "FILE",
             options.service.credentials,
             "JSON file {\"clientId\",\"clientSecret\"} as the account page gives it; else "
             "OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET, else the polls are anonymous.");
  table.text("ca",
             "FILE",
             options.service.ca_file,
             "Certificates of the authorities to believe, PEM; else SSL_CERT_FILE, else the "
             "system's.");
  table.toggle("allow-http",
               options.service.allow_http,
               "Accept http:// URLs of other hosts than this one.");
  table.duration("timeout", options.service.timeout, "How long one answer may take.");
  table.duration("max-wait",
                 options.schedule.max_wait,
                 "How long to sit out a server that is gone or busy, in all; one that asks for a "
                 "longer pause ends the run with 75 at once.");
}

void add_schedule_flags(cli::FlagTable& table, Options& options) {
  table.custom(
      "every",
      "TIME",
      [&](const std::string& text) {
        options.schedule.every = base::parse_duration(text);
        if (!options.schedule.every)
          throw std::invalid_argument(fmt::format("\"{}\" is no duration such as 10s", text));
      },
      "Poll again and again, at multiples of TIME on the clock; at least 5s, but for a server on "
      "this host any, 0 too.");
  table.custom(
      "budget",
      "N[/TIME]",
      [&](const std::string& text) { options.quota.budget = parse_budget(text); },
      "Spend at most N credits a day, or in TIME (14400/1h), evenly: polls come as often as that "
      "allows, but not more often than --every.");
  table.toggle("plan",
               options.plan,
               "Print what a poll costs and how often a quota allows it, as lines of JSON; ask "
               "nothing.");
  table.text("state",
             "DIR",
             options.quota.state,
             "Folder that keeps what was spent of --budget, and the pause that the service asked "
             "for: until then later runs refuse with 75.");
  table.number("count", "N", options.schedule.count, "Stop after N polls.");
  table.duration("for", options.schedule.run_for, "Stop after this time.");
  table.text("record",
             "DIR",
             options.service.record,
             "Keep the service's answers in this folder, as they came, compressed with zstd.");
  table.text("replay",
             "FILE|DIR",
             options.replay.path,
             "Instead of asking the service play what --record kept, or answers one a line, plain "
             "or .zst; - is stdin.");
  table
      .custom(
          "speed",
          "N|max",
          [&](const std::string& text) { options.replay.speed = parse_speed(text); },
          "How much faster than recorded a replay runs.")
      .fallback = "max";
}

void add_output_flags(cli::FlagTable& table, Options& options, Endpoint endpoint) {
  table.custom(
      "fields",
      "a,b,c",
      [&options, endpoint](const std::string& text) {
        options.output.fields = choose_fields(endpoint, base::split(text, ','));
      },
      "Print only these members, in this order.");
  table.choice("time-format",
               {"iso", "unix"},
               options.output.time_format,
               "Times as ISO 8601 text in UTC, or as Unix seconds.");
}

using AddFlags = void (*)(cli::FlagTable&, RequestSettings&);

cli::Command make_command(Options& options,
                          Endpoint endpoint,
                          const char* summary,
                          AddFlags add_request_flags) {
  cli::FlagTable request("Request");
  add_request_flags(request, options.request);
  add_service_flags(request, options);
  cli::FlagTable schedule("Schedule");
  add_schedule_flags(schedule, options);
  cli::FlagTable output("Output");
  add_output_flags(output, options, endpoint);
  cli::Command command;
  command.name = name_of(endpoint);
  command.summary = summary;
  for (auto* table : {&request, &schedule, &output}) {
    for (cli::Flag& flag : table->flags) command.flags.push_back(std::move(flag));
  }
  command.run = [&options, endpoint](cli::Context& context) {
    options.request.endpoint = endpoint;
    return run(options, context);
  };
  command.source = true;
  return command;
}

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw base::Error(base::ErrorKind::usage, message, std::move(hint));
}

// What one request asks for makes no sense again and again.
void check_instants(const Options& options) {
  const bool again = options.schedule.every || options.quota.budget;
  if (options.request.endpoint == Endpoint::flights && options.request.begin && again)
    refuse("could not use --begin: it asks for one stretch of time, so --every makes no sense");
  if (options.request.time && (again || !options.replay.live())) {
    refuse(
        "could not use --time: it asks for one instant, so --every and --replay make no sense with "
        "it");
  }
  if (options.request.endpoint == Endpoint::track && options.request.icao24.empty() &&
      options.replay.live())
    refuse("could not ask for a track: there is no --icao24");
}

void check_schedule(const Options& options) {
  const bool live = options.replay.live();
  if (options.replay.speed != 0 && live) refuse("could not use --speed: there is no --replay");
  const bool again = options.schedule.every || options.quota.budget;
  if (!again && live && (options.schedule.count > 1 || options.schedule.run_for.count() > 0)) {
    refuse("could not use --count or --for: there is no --every",
           "Say how often, e.g. --every 10s.");
  }
  if (!live && (options.quota.budget || options.plan || !options.quota.state.empty()))
    refuse("could not use --budget, --plan or --state: a replay asks nobody");
  if (!live && !options.service.record.empty())
    refuse("could not use --record: a replay is recorded");
  if (options.quota.budget && options.request.own && !options.schedule.every)
    refuse("could not use --budget: --own costs nothing", "Say how often, e.g. --every 10s.");
  if (options.schedule.max_wait.count() < 0 || options.service.timeout.count() <= 0)
    refuse("could not use a time of nothing");
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "opensky-fetch";
  tool.summary = "Print what the OpenSky flight API says as NDJSON, once or on a schedule.";
  tool.commands = {make_command(options,
                                Endpoint::states,
                                "Print the state of every aircraft, one line each.",
                                &add_states_flags),
                   make_command(options,
                                Endpoint::flights,
                                "Print flights from one airport to another, one line each.",
                                &add_flights_flags),
                   make_command(options,
                                Endpoint::track,
                                "Print the waypoints of one aircraft's flight, one line each.",
                                &add_track_flags)};
  tool.examples = {
      {"opensky-fetch states --area switzerland | jq -r .callsign",
       "The aircraft over Switzerland now."},
      {"opensky-fetch states --every 30s --ack fetch.ack | pg-load -d flights --table live_state "
       "--mode sync --key icao24 --ack fetch.ack",
       "Keep a table equal to the sky."},
      {"opensky-fetch flights --arrival LSZH", "Who landed in Zurich yesterday."},
      {"opensky-fetch states --replay day.ndjson.zst --speed 60 --count 100",
       "Play a recording, a minute a second."},
  };
  return tool;
}

void check(const Options& options) {
  check_request(options.request);
  check_instants(options);
  check_schedule(options);
  if (!options.replay.live()) return;
  http::require_safe_url(options.request.url, options.service.allow_http);
  http::require_safe_url(options.service.auth_url, options.service.allow_http);
  if (options.schedule.every && *options.schedule.every < kShortestPeriod &&
      !http::is_loopback_url(options.request.url)) {
    refuse(fmt::format("could not poll every {}: the service changes its picture every {} at most",
                       base::format_duration(*options.schedule.every),
                       base::format_duration(kShortestPeriod)));
  }
}

void resolve(Options& options) {
  resolve_areas(options.request);
  const auto& fields = options.output.fields;
  options.request.extended |= std::any_of(
      fields.begin(), fields.end(), [](const Field& field) { return field.name == "category"; });
}

double parse_speed(const std::string& text) {
  if (text == "max") return 0;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value <= 0 || value > 1e6 || std::isnan(value)) {
    throw std::invalid_argument(fmt::format("\"{}\" is neither a number above 0 nor max", text));
  }
  return value;
}

}  // namespace cdckit::opensky_fetch
