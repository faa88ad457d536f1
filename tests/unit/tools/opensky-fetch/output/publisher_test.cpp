#include "tools/opensky-fetch/output/publisher.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <algorithm>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

cli::CommonOptions common(bool control, std::vector<std::string> ack = {}) {
  cli::CommonOptions options;
  options.control = control;
  options.ack = std::move(ack);
  return options;
}

Options only_address() {
  Options options;
  options.output.fields = choose_fields(Endpoint::states, {"icao24"});
  options.schedule.max_wait = std::chrono::milliseconds(200);
  return options;
}

const Options kOnlyAddress = only_address();

PublisherSettings settings_of(const Options& options) {
  return {options.request, options.output, options.schedule.max_wait};
}

std::string run_of(const std::string& output) {
  const std::string token(ndjson::find_member(output.substr(0, output.find('\n')), "run"));
  return token.substr(1, token.size() - 2);
}

std::string without_clock(std::string output) {
  constexpr std::string_view kClock = ",\"ts_ms\":";
  for (std::size_t at = output.find(kClock); at != std::string::npos; at = output.find(kClock)) {
    output.erase(at, output.find_first_not_of("0123456789", at + kClock.size()) - at);
  }
  return output;
}

const std::string kStates = "[" + kOneState + "," + kOneState + "]";

}  // namespace

TEST_CASE("without control lines there are rows and nothing else") {
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(false), {});
  Publisher publisher(context, settings_of(kOnlyAddress), "x", file.writer());
  CHECK(publisher.deliver({100, {kStates}}));
  CHECK(publisher.deliver({110, {}}));
  CHECK(publisher.finish() == base::ExitCode::done);
  CHECK(file.text() == "{\"icao24\":\"4b1803\"}\n{\"icao24\":\"4b1803\"}\n");
}

TEST_CASE("control lines frame each snapshot, an empty one too") {
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(true), {});
  Publisher publisher(
      context, settings_of(kOnlyAddress), "http://h/states/all?a=\"b\"", file.writer());
  CHECK(publisher.deliver({1533114000, {kStates}}));
  CHECK(publisher.deliver({1533114010, {}}));
  CHECK(publisher.finish() == base::ExitCode::done);
  const std::string text = without_clock(file.text());
  const std::string run = run_of(text);
  CHECK(text ==
        R"({"__cdc":"hello","v":1,"run":")" + run +
            R"(","source":{"url":"http://h/states/all?a=\"b\""},"from":"","encoding":"plain"})"
            "\n"
            R"({"__cdc":"snapshot","phase":"begin","scope":"states","pos":"2018-08-01T09:00:00Z"})"
            "\n"
            "{\"icao24\":\"4b1803\"}\n{\"icao24\":\"4b1803\"}\n"
            R"({"__cdc":"snapshot","phase":"end","scope":"states","pos":"2018-08-01T09:00:00Z",)"
            R"("rows":2})"
            "\n"
            R"({"__cdc":"ckpt","run":")" +
            run +
            R"(","seq":1,"pos":"2018-08-01T09:00:00Z","rows":2})"
            "\n"
            R"({"__cdc":"snapshot","phase":"begin","scope":"states","pos":"2018-08-01T09:00:10Z"})"
            "\n"
            R"({"__cdc":"snapshot","phase":"end","scope":"states","pos":"2018-08-01T09:00:10Z",)"
            R"("rows":0})"
            "\n"
            R"({"__cdc":"ckpt","run":")" +
            run +
            R"(","seq":2,"pos":"2018-08-01T09:00:10Z","rows":0})"
            "\n"
            R"({"__cdc":"eof","run":")" +
            run +
            R"(","seq":3,"pos":"2018-08-01T09:00:10Z"})"
            "\n");
}

TEST_CASE("a snapshot that is not newer is not printed again") {
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(false), {});
  Publisher publisher(context, settings_of(kOnlyAddress), "x", file.writer());
  CHECK(publisher.deliver({100, {kStates}}));
  CHECK_FALSE(publisher.deliver({100, {kStates}}));
  CHECK_FALSE(publisher.deliver({90, {kStates}}));
  (void)publisher.finish();
  const std::string text = file.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("a malformed snapshot leaves no trace, and the next one of the same time is printed") {
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(true), {});
  Publisher publisher(context, settings_of(kOnlyAddress), "x", file.writer());
  CHECK_THROWS_AS((void)publisher.deliver({100, {"[" + kOneState + ",[1]]"}}), Malformed);
  CHECK(publisher.deliver({100, {"[" + kOneState + "]"}}));
  (void)publisher.finish();
  const std::string text = file.text();
  CHECK(std::count(text.begin(), text.end(), '\n') == 6);  // hello, begin, row, end, ckpt, eof
}

TEST_CASE("what was not asked for is left out, live or recorded") {
  for (const bool live : {true, false}) {
    const MemoryFile file;
    cli::Context context("opensky-fetch", common(false), {});
    Options options = only_address();
    options.request.icao24 = {"ffffff"};
    options.replay.path = live ? "" : "file";
    Publisher publisher(context, settings_of(options), "x", file.writer());
    CHECK(publisher.deliver({100, {kStates}}));
    (void)publisher.finish();
    CHECK(file.text().empty());
  }
}

TEST_CASE("flights and tracks have borders of their own scope") {
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(true), {});
  Options options;
  options.request.endpoint = Endpoint::flights;
  options.output.fields = choose_fields(Endpoint::flights, {"icao24", "last_seen"});
  Publisher publisher(context, settings_of(options), "x", file.writer());
  CHECK(publisher.deliver({100, {R"([{"icao24":"4b1803","lastSeen":60}])"}}));
  (void)publisher.finish();
  CHECK(file.text().find("{\"icao24\":\"4b1803\",\"last_seen\":\"1970-01-01T00:01:00Z\"}\n") !=
        std::string::npos);
  CHECK(file.text().find("\"scope\":\"flights\"") != std::string::npos);
}

TEST_CASE("the end waits for the acknowledgement of everything") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/fetch.ack";
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(false, {path}), {});
  Options options = only_address();
  options.schedule.max_wait = std::chrono::seconds(20);
  Publisher publisher(context, settings_of(options), "x", file.writer());
  CHECK(publisher.deliver({100, {kStates}}));
  std::thread sink([&] {
    while (file.text().find("\"eof\"") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    ack::Record record;
    record.run = run_of(file.text());
    record.source = "{}";
    record.seq = 2;
    (void)folder.write("part", ack::format(record) + "\n");
    std::filesystem::rename(folder.path() + "/part", path);
  });
  CHECK(publisher.finish() == base::ExitCode::done);
  sink.join();
  CHECK(context.promised());
}

TEST_CASE("an acknowledgement that does not come is told") {
  log::Settings silent;
  silent.level = log::Level::error;
  log::configure(silent);
  const TemporaryFolder folder;
  const MemoryFile file;
  cli::Context context("opensky-fetch", common(false, {folder.path() + "/fetch.ack"}), {});
  Publisher publisher(context, settings_of(kOnlyAddress), "x", file.writer());
  CHECK(publisher.deliver({100, {kStates}}));
  CHECK(publisher.finish() == base::ExitCode::retry_later);
}

TEST_CASE("a reader that is gone is noticed while idle") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  cli::Context context("opensky-fetch", common(false), {});
  Publisher publisher(context, settings_of(kOnlyAddress), "x", ends[1]);
  ::close(ends[0]);
  try {
    (void)publisher.pause(std::chrono::seconds(20));
    FAIL("not noticed");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::output_closed);
  }
}

}  // namespace cdckit::opensky_fetch
