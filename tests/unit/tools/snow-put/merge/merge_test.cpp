#include "tools/snow-put/merge/merge.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

tests::SqlReply described(const std::string& key) {
  return {{"name", "type", "null?", "primary key", "comment"},
          {{"ID", "NUMBER(10,0)", "N", key, "key 1"},
           {"N", "FLOAT", "Y", "N", ""},
           {"_CDC_POS", "VARCHAR", "Y", "N", ""}},
          ""};
}

bool has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a merge describes both tables, then runs one statement") {
  tests::SnowStub stub([](const std::string& request) {
    return has(request, "DESCRIBE") ? described("Y") : tests::SqlReply{};
  });
  snow::SqlApi api(stub.settings(), {});
  const auto result = snow_put::merge_table(api, {{"D", "S", "T"}, {}, false});
  CHECK(result.inserted == 3);
  CHECK(stub.requests().size() == 3);
  CHECK(has(stub.requests().back(), "MERGE INTO"));
  snow_put::MergeResult shown;
  shown.table = "T";
  shown.upto = "P";
  shown.query_id = "q";
  shown.inserted = 1;
  shown.updated = 2;
  shown.deleted = 3;
  shown.milliseconds = 4;
  CHECK(snow_put::merge_receipt(shown) ==
        R"({"tool":"snow-put","merge":"T","from":null,"upto":"P","inserted":1,"updated":2,)"
        R"("deleted":3,"ms":4,"query_id":"q"})");
}

TEST_CASE("what is missing is said") {
  std::string missing = "T_JOURNAL";
  tests::SnowStub stub([&](const std::string& request) {
    if (has(request, (missing + "\\\"").c_str())) return tests::SqlReply{{}, {}, "002003"};
    return described("N");
  });
  snow::SqlApi api(stub.settings(), {});
  const auto kind = [&](const snow_put::MergeRequest& request) {
    try {
      snow_put::merge_table(api, request);
    } catch (const base::Error& error) {
      return error.kind();
    }
    return base::ErrorKind::bug;
  };
  CHECK(kind({{"D", "S", "T"}, {}, false}) == base::ErrorKind::unavailable);
  missing = "nothing";
  CHECK(kind({{"D", "S", "T"}, {}, false}) == base::ErrorKind::unavailable);  // no key
  CHECK(kind({{"D", "S", "T"}, {"NOPE"}, false}) == base::ErrorKind::unavailable);
  CHECK(snow_put::merge_table(api, {{"D", "S", "T"}, {"ID"}, false}).updated == 2);
}

TEST_CASE("which checkpoints bound a fold") {
  CHECK(snow_put::bounds_a_fold("00000000016B3748"));
  CHECK_FALSE(snow_put::bounds_a_fold("snapshot:00000000016B3748"));
  CHECK_FALSE(snow_put::bounds_a_fold(""));
  CHECK_FALSE(snow_put::bounds_a_fold("12"));
}
