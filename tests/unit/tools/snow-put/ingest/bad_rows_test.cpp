#include "tools/snow-put/ingest/bad_rows.hpp"

#include "tests/unit/support/scratch_folder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("the first bad row ends the run, later") {
  cli::Context context("snow-put", {}, {});
  pipe::SinkEnd end(context, {.name = "test"});
  snow_put::BadRows bad(end);
  CHECK_NOTHROW(bad.rethrow());
  bad.add({3, "", "no number", "", "x"}, 7);
  bad.add({4, "", "another", "", "y"}, 5);
  CHECK(bad.stops());
  CHECK(bad.limit() == 5);
  try {
    bad.rethrow();
    FAIL("nothing was thrown");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    CHECK(std::string(error.what()).find("no number") != std::string::npos);
  }
}

TEST_CASE("where the service has no place for a row, that ends the run") {
  cli::Context context("snow-put", {}, {});
  pipe::SinkEnd end(context, {.name = "test"});
  snow_put::BadRows bad(end);
  bad.add({3, "", "no table", "", "x"}, 7, base::Error(base::ErrorKind::unavailable, "no table"));
  try {
    bad.rethrow();
    FAIL("nothing was thrown");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
  }
}

TEST_CASE("where bad rows are rejected nothing ends") {
  const tests::ScratchFolder folder;
  cli::CommonOptions common;
  common.on_error = "reject";
  common.reject = folder.file("bad");
  cli::Context context("snow-put", common, {});
  pipe::SinkEnd end(context, {.name = "test"});
  snow_put::BadRows bad(end);
  bad.add({3, "", "no number", "", R"({"a":1})"}, 7);
  bad.sync();
  CHECK_FALSE(bad.stops());
  CHECK(tests::content_of(folder.file("bad")).find("no number") != std::string::npos);
}
