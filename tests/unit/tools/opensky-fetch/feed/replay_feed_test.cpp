#include "tools/opensky-fetch/feed/replay_feed.hpp"

#include "common/base/error.hpp"
#include "common/compress/zstd.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"
#include "tools/opensky-fetch/recording/recorder.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string recording(const std::vector<long>& times) {
  std::string text;
  for (const long time : times) text += answer_at(time) + "\n";
  return text;
}

std::string played(const Options& options,
                   std::vector<std::chrono::milliseconds>* pauses = nullptr) {
  const Pause pause = [&](std::chrono::milliseconds duration) {
    if (pauses != nullptr) pauses->push_back(duration);
    return false;
  };
  ReplayFeed feed(options.replay, options.request.endpoint, options.schedule, {}, pause);
  std::string seen;
  std::int64_t last = 0;
  const Deliver deliver = [&](const Snapshot& snapshot) {
    if (snapshot.time <= last) return false;
    last = snapshot.time;
    seen += std::to_string(snapshot.time) + " ";
    return true;
  };
  while (feed.next(deliver)) {
  }
  return seen;
}

Options replay_of(const std::string& path) {
  Options options;
  options.replay.path = path;
  return options;
}

std::string failure_of(const std::string& path) {
  try {
    (void)played(replay_of(path));
  } catch (const base::Error& error) {
    return std::to_string(base::to_int(base::exit_code_for(error.kind()))) + " " + error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a plain and a compressed recording play the same") {
  const TemporaryFolder folder;
  const std::string text = recording({10, 20, 30});
  std::string frame;
  compress::ZstdCompressor().compress(text, frame);
  CHECK(played(replay_of(folder.write("a.ndjson", text))) == "10 20 30 ");
  CHECK(played(replay_of(folder.write("a.ndjson.zst", frame))) == "10 20 30 ");
}

TEST_CASE("a folder plays its recordings by name and nothing else") {
  const TemporaryFolder folder;
  (void)folder.write("b.ndjson", recording({30}));
  (void)folder.write("a.json", recording({10, 20}).substr(0, recording({10, 20}).size() - 1));
  (void)folder.write("notes.txt", "not a recording");
  CHECK(played(replay_of(folder.path())) == "10 20 30 ");
}

TEST_CASE("count, period and duration thin the recording by its own time") {
  const TemporaryFolder folder;
  Options options =
      replay_of(folder.write("a.ndjson", recording({100, 100, 110, 120, 130, 140, 150})));
  SUBCASE("count") {
    options.schedule.count = 2;
    CHECK(played(options) == "100 110 ");
  }
  SUBCASE("every") {
    options.schedule.every = std::chrono::seconds(20);
    CHECK(played(options) == "100 120 140 ");
  }
  SUBCASE("for") {
    options.schedule.run_for = std::chrono::seconds(30);
    CHECK(played(options) == "100 110 120 ");
  }
}

TEST_CASE("speed is how much faster than recorded it goes") {
  const TemporaryFolder folder;
  Options options = replay_of(folder.write("a.ndjson", recording({1000, 1100})));
  std::vector<std::chrono::milliseconds> pauses;
  (void)played(options, &pauses);
  CHECK(pauses.empty());
  options.replay.speed = 10;
  (void)played(options, &pauses);
  REQUIRE(pauses.size() == 1);
  CHECK(pauses.front() <= std::chrono::seconds(10));
  CHECK(pauses.front() > std::chrono::seconds(5));
}

TEST_CASE("what --record kept is timed by its polls, and its parts are one snapshot") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path(), Endpoint::states);
  // polled every 15 s, the picture changes every 10 s
  recorder.store(15'003, {answer_at(10)});
  recorder.store(30'002, {answer_at(30), answer_at(30)});
  recorder.store(45'001, {answer_at(40)});
  Options options = replay_of(folder.path());
  options.schedule.every = std::chrono::seconds(15);
  CHECK(played(options) == "10 30 40 ");
  options.schedule.run_for = std::chrono::seconds(20);
  CHECK(played(options) == "10 30 ");
}

TEST_CASE("flights are as new as their poll, or as the newest of them") {
  const TemporaryFolder folder;
  Options options = replay_of(folder.write("a.ndjson", "[{\"lastSeen\":7}]\n[{\"lastSeen\":9}]\n"));
  options.request.endpoint = Endpoint::flights;
  CHECK(played(options) == "7 9 ");
  Recorder(folder.path() + "/day", Endpoint::flights).store(70'000, {"null"});
  options.replay.path = folder.path() + "/day";
  CHECK(played(options) == "70 ");
}

TEST_CASE("a line that is no snapshot is named by file and line") {
  const TemporaryFolder folder;
  const std::string path = folder.write("bad.ndjson", recording({10}) + "{\"time\":20}\n");
  CHECK(failure_of(path) ==
        "65 " + path + ":2: could not read snapshot: there is no array \"states\"");
  const std::string cut = folder.write("cut.ndjson", recording({10}) + answer_at(20).substr(0, 50));
  CHECK(failure_of(cut).starts_with("65 " + cut + ":2: could not read snapshot: "));
}

TEST_CASE("a recording that is not there is unavailable, one that is no zstd frame is bad data") {
  const TemporaryFolder folder;
  CHECK(failure_of(folder.path() + "/missing").starts_with("69 "));
  CHECK(failure_of(folder.path()).starts_with("69 "));
  CHECK(failure_of(folder.write("bad.zst", "plain text")).starts_with("65 "));
}

}  // namespace cdckit::opensky_fetch
