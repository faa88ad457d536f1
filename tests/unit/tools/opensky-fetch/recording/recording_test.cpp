#include "tools/opensky-fetch/recording/recording.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/recording/recorder.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kNine = 1'533'114'000'000;

// Every poll: its instant when known, and its answers.
std::string played(const std::string& path, Endpoint endpoint = Endpoint::states) {
  Recording recording(path, endpoint, {});
  std::string seen;
  for (RecordedPoll poll; recording.next(poll);) {
    if (poll.polled) seen += std::to_string((*poll.polled - kNine) / 1000) + ":";
    for (const std::string_view answer : poll.answers) seen.append(answer).append(",");
    seen += ' ';
  }
  return seen;
}

}  // namespace

TEST_CASE("a folder plays lines first, then the polls of this endpoint in order") {
  const TemporaryFolder folder;
  Recorder states(folder.path(), Endpoint::states);
  std::vector<std::string> twelve;
  for (int i = 1; i <= 12; ++i) twelve.push_back(std::to_string(i));
  states.store(kNine, {"{\n}"});
  states.store(kNine + 10'000, {twelve.begin(), twelve.end()});
  Recorder(folder.path(), Endpoint::flights).store(kNine + 5'000, {"[]"});
  (void)folder.write("b.ndjson", "{\"b\":1}\n{\"b\":2}\n");
  (void)folder.write("a.json", "{\"a\":1}");
  CHECK(played(folder.path()) ==
        "{\"a\":1}, {\"b\":1}, {\"b\":2}, 0:{\n}, 10:1,2,3,4,5,6,7,8,9,10,11,12, ");
  CHECK(played(folder.path(), Endpoint::flights).ends_with("5:[], "));
}

TEST_CASE("a poll that lacks a part was never printed") {
  log::Settings silent;
  silent.level = log::Level::error;
  log::configure(silent);
  const TemporaryFolder folder;
  Recorder recorder(folder.path(), Endpoint::states);
  recorder.store(kNine, {"1"});
  recorder.store(kNine + 10'000, {"2", "3"});
  std::filesystem::remove(folder.path() + "/states-20180801T090010.000Z.2of2.json.zst");
  CHECK(played(folder.path()) == "0:1, ");
}

TEST_CASE("one file of a recording is one poll") {
  const TemporaryFolder folder;
  Recorder(folder.path(), Endpoint::states).store(kNine, {"{\n}"});
  CHECK(played(folder.path() + "/states-20180801T090000.000Z.json.zst") == "0:{\n}, ");
}

TEST_CASE("what is missing or damaged is told") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS((void)played(folder.path()), base::Error);
  CHECK_THROWS_AS((void)played(folder.path() + "/none.ndjson"), base::Error);
  (void)folder.write("states-20180801T090000.000Z.json.zst", "no frame");
  CHECK_THROWS_WITH_AS(
      (void)played(folder.path()), doctest::Contains("states-20180801"), base::Error);
}

}  // namespace cdckit::opensky_fetch
