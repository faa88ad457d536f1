#include "tools/pg-load/settings/settings.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

std::string refusal(const Options& options) {
  try {
    check_options(options);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("modes and what a missing member means") {
  Options options;
  CHECK(options.mode() == Mode::insert);
  options.mode_word = "sync";
  CHECK(options.mode() == Mode::sync);
  options.missing_word = "error";
  CHECK(options.encoder_settings().missing == Missing::error);
  options.keys = {"a,b", "c"};
  CHECK(options.key_columns() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("pairs need two sides") {
  CHECK(split_pair("a=b=c", '=', "map").right == "b=c");
  CHECK_THROWS_AS(split_pair("=b", '=', "map"), base::Error);
  CHECK_THROWS_AS(split_pair("a=", '=', "map"), base::Error);
}

TEST_CASE("flags that do not go together") {
  Options options;
  CHECK(refusal(options) == "could not start: --table is missing");
  options.table = "t";
  CHECK(refusal(options).empty());
  options.batch_rows = 0;
  CHECK(refusal(options) == "could not use --batch-rows: it must be at least 1");
  options.batch_rows = 1;
  options.scope = "a=b";
  CHECK(refusal(options) == "could not use --scope: it goes with --mode sync");
  options.mode_word = "sync";
  CHECK(refusal(options).empty());
  Options events;
  events.mode_word = "events";
  CHECK(refusal(events).empty());
  events.truncate = true;
  CHECK(refusal(events) == "could not use --truncate with --mode events");
}

TEST_CASE("a password in the arguments is refused without showing it") {
  Options options;
  options.table = "t";
  options.conninfo = "postgresql://u:topsecret@h/d";
  const std::string text = refusal(options);
  CHECK(text.find("password") != std::string::npos);
  CHECK(text.find("topsecret") == std::string::npos);
}
