#include "common/config/toml.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using config::parse_toml;
using Values = std::vector<std::string>;

namespace {

std::string complaint(const std::string& text) {
  try {
    (void)parse_toml(text, "f.toml");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("scalars become text") {
  const auto document = parse_toml(
      "text = \"a \\\"b\\\"\"\nraw = 'c:\\d'\nnumber = 42\nminus = -7\nreal = 1.5\nyes = true\nno "
      "= false\n"
      "day = 2026-03-01\nlist = [\"a\", 2, true]\nempty = []\n",
      "f.toml");
  const auto& top = document.at("");
  CHECK(top.at("text") == Values{"a \"b\""});
  CHECK(top.at("raw") == Values{"c:\\d"});
  CHECK(top.at("number") == Values{"42"});
  CHECK(top.at("minus") == Values{"-7"});
  CHECK(top.at("real") == Values{"1.5"});
  CHECK(top.at("yes") == Values{"true"});
  CHECK(top.at("no") == Values{"false"});
  CHECK(top.at("day") == Values{"2026-03-01"});
  CHECK(top.at("list") == Values{"a", "2", "true"});
  CHECK((top.find("empty") == top.end() || top.at("empty").empty()));
}

TEST_CASE("tables have dotted names") {
  const auto document =
      parse_toml("x = 1\n[connections.lab]\naccount = \"a\"\n[other]\ny = 2\n", "f.toml");
  CHECK(document.at("").at("x") == Values{"1"});
  CHECK(document.at("connections.lab").at("account") == Values{"a"});
  CHECK(document.at("other").at("y") == Values{"2"});
  CHECK(parse_toml("", "f.toml").at("").empty());
}

TEST_CASE("errors say where") {
  CHECK(complaint("a = 1\nb = \n").starts_with("could not read f.toml:2:"));
  CHECK(complaint("a = 1\na = 2\n").starts_with("could not read f.toml:2:"));
  CHECK(complaint("a = [[1]]\n") ==
        "could not read f.toml:1 \"a\": the value must be text, a number or a boolean");
  CHECK_FALSE(complaint("a = \"\xFF\"\n").empty());
  CHECK_FALSE(complaint("a = \"unclosed\n").empty());
  CHECK_FALSE(complaint("x = " + std::string(5000, '[') + std::string(5000, ']') + "\n").empty());
}

TEST_CASE("a file") {
  const tests::ScratchFolder folder;
  CHECK(config::read_toml(folder.write("c.toml", "slot = \"s1\"\n")).at("").at("slot") ==
        Values{"s1"});
  try {
    (void)config::read_toml(folder.file("none"));
    FAIL("it was read");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
  }
}
