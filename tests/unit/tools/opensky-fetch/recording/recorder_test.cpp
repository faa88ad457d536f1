#include "tools/opensky-fetch/recording/recorder.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string() + "\n");
  std::sort(names.begin(), names.end());
  std::string all;
  for (const std::string& name : names) all += name;
  return all;
}

}  // namespace

TEST_CASE("each answer is a file with its bytes as they came") {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/deep/day";
  Recorder recorder(path, Endpoint::states);
  recorder.store(1'533'114'000'000, {"{ \n}"});
  recorder.store(1'533'114'010'000, {"one", ""});
  CHECK(names_in(path) ==
        "states-20180801T090000.000Z.json.zst\n"
        "states-20180801T090010.000Z.1of2.json.zst\n"
        "states-20180801T090010.000Z.2of2.json.zst\n");
  CHECK(compress::zstd_decompress(io::read_file(path + "/states-20180801T090000.000Z.json.zst")) ==
        "{ \n}");
}

TEST_CASE("polls of one instant do not overwrite each other, and the last can be taken back") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path(), Endpoint::flights);
  recorder.store(1'533'114'000'000, {"a"});
  recorder.store(1'533'114'000'000, {"b", "c"});
  CHECK(std::count_if(std::filesystem::directory_iterator(folder.path()),
                      std::filesystem::directory_iterator(),
                      [](const auto&) { return true; }) == 3);
  recorder.discard();
  CHECK(names_in(folder.path()) == "flights-20180801T090000.000Z.json.zst\n");
}

TEST_CASE("a folder that cannot be made is told") {
  const TemporaryFolder folder;
  const std::string file = folder.write("file", "");
  CHECK_THROWS_AS(Recorder(file + "/below", Endpoint::states), base::Error);
}

}  // namespace cdckit::opensky_fetch
