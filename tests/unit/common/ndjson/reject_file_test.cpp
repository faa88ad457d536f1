#include "common/ndjson/reject_file.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using ndjson::RejectFile;

TEST_CASE("one line for each, written by sync") {
  const tests::ScratchFolder folder;
  const std::string path = folder.file("rejects");
  RejectFile rejects(path, "pg-load");
  rejects.add({"stdin", 7, "00/01", "bad \"thing\"\n", "22003", R"({"a":[1]})", true});
  rejects.add({"stdin", 8, {}, "no JSON", {}, "\xFF{", false});
  CHECK(tests::content_of(path).empty());
  CHECK(rejects.count() == 2);
  rejects.sync();
  rejects.sync();
  CHECK(
      tests::content_of(path) ==
      R"({"tool":"pg-load","source":"stdin","line":7,"pos":"00/01","reason":"bad \"thing\"\n","code":"22003","row":{"a":[1]}})"
      "\n"
      R"({"tool":"pg-load","source":"stdin","line":8,"pos":null,"reason":"no JSON","code":null,"row":{"base64":"/3s="}})"
      "\n");
}

TEST_CASE("lines are added to what is there; a half line of a killed run stays alone") {
  const tests::ScratchFolder folder;
  const std::string path = folder.write("rejects", "{\"old\":1}\n{\"half\":");
  RejectFile rejects(path, "t");
  rejects.add({"s", 1, {}, "r", {}, "{}", true});
  rejects.sync();
  const std::string content = tests::content_of(path);
  CHECK(content.starts_with("{\"old\":1}\n{\"half\":\n{\"tool\":\"t\""));
  RejectFile again(path, "t");
  again.add({"s", 2, {}, "r", {}, "{}", true});
  again.sync();
  CHECK(tests::content_of(path).substr(0, content.size()) == content);
  CHECK(tests::content_of(path)[content.size()] == '{');
}

TEST_CASE("bytes that are no UTF-8 cannot break the file") {
  const tests::ScratchFolder folder;
  RejectFile rejects(folder.file("r"), "t");
  rejects.add({"\xFF.json", 1, "\xFF", "why \xC3", "\xE2\x82", "{}", true});
  rejects.sync();
  std::string line = tests::content_of(folder.file("r"));
  CHECK(nlohmann::json::parse(line).at("reason") == "why \xEF\xBF\xBD");
}

TEST_CASE("many rejections do not pile up in memory, and none is lost") {
  const tests::ScratchFolder folder;
  RejectFile rejects(folder.file("r"), "t");
  for (std::uint64_t i = 0; i < 5000; ++i)
    rejects.add({"s", i, {}, "reason", {}, R"({"a":"xxxxxxxxxxxxxxxx"})", true});
  CHECK(tests::content_of(folder.file("r")).size() > 300'000);
  rejects.sync();
  const std::string content = tests::content_of(folder.file("r"));
  CHECK(std::count(content.begin(), content.end(), '\n') == 5000);
}

TEST_CASE("a file that cannot be made") {
  const tests::ScratchFolder folder;
  try {
    RejectFile(folder.file("no/r"), "t");
    FAIL("it was made");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cannot_create);
  }
  RejectFile full("/dev/full", "t");
  full.add({"s", 1, {}, "r", {}, "{}", true});
  CHECK_THROWS_AS(full.sync(), base::Error);
}
