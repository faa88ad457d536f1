#include "tools/snow-put/verify/mirror_digest.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

namespace {

DigestRequest request() {
  return {"SELECT * FROM T",
          {{"id", "ID", true, CellForm::done, "\"ID\"::VARCHAR"},
           {"v", "V", false, CellForm::real, "\"V\""}},
          4,
          0};
}

}  // namespace

TEST_CASE("a row's digests are those of the manual's rules") {
  // md5("1,2.5") and md5("1")
  const RowDigest row = row_digest(request(), {"1", "2.50"});
  CHECK(row.key_hash == "c4ca4238a0b923820dcc509a6f75849b");
  CHECK(row.bucket == 0xc4ca4238 % 4);
  CHECK(row.key == R"({"id":"1"})");
  CHECK(row.digest.size() == 32);
  DigestRequest keyless = request();
  keyless.columns[0].in_key = false;
  CHECK(row_digest(keyless, {"1", "2.50"}).key == "null");
}

TEST_CASE("buckets are added up here, or by the database where it can make all texts") {
  tests::SnowStub stub([](const std::string& text) {
    if (text.find("GROUP BY") == std::string::npos)
      return tests::SqlReply{{"V1", "V2"}, {{"1", "2.5"}, {"1", "2.5"}}, ""};
    return tests::SqlReply{
        {"BUCKET", "ALL_ROWS", "HIGH", "LOW"}, {{"3", "2", "18446744073709551617", "5"}}, ""};
  });
  snow::SqlApi api(stub.settings(), {});
  DigestRequest wanted = request();
  const auto here = mirror_buckets(api, wanted);
  CHECK(here[0xc4ca4238 % 4].rows == 2);
  CHECK(mirror_rows(api, wanted).size() == 2);
  wanted.columns.pop_back();
  const auto there = mirror_buckets(api, wanted);
  CHECK(there[3].rows == 2);
  CHECK(there[3].text() == "00000000000000010000000000000005");
  CHECK(there[0].text() == std::string(32, '0'));
  wanted.first_buckets = 1;
  CHECK(bucket_sql(wanted).find("WHERE \"BUCKET\" < 1") != std::string::npos);
}
