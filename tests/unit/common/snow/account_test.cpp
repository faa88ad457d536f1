#include "common/snow/account.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("accounts as tokens name them") {
  CHECK(snow::token_account("myorg-my_acct") == "MYORG-MY_ACCT");
  CHECK(snow::token_account("xy12345.us-east-2.aws") == "XY12345");
  CHECK(snow::token_account("xy12345-abc.global") == "XY12345");
  CHECK(snow::token_account("myorg-acct.privatelink") == "MYORG-ACCT");
  CHECK_THROWS_AS(snow::token_account("myorg.myacct"), base::Error);
}

TEST_CASE("hosts of accounts") {
  CHECK(snow::account_host("MyOrg-my_acct") == "myorg-my-acct.snowflakecomputing.com");
  CHECK(snow::account_host("xy12345.cn-northwest-1.aws") ==
        "xy12345.cn-northwest-1.aws.snowflakecomputing.cn");
}

TEST_CASE("a signed token goes to the account's own host or loopback only") {
  CHECK(snow::is_account_host("127.0.0.1", "a-b"));
  CHECK(snow::is_account_host("localhost", "a-b"));
  CHECK(snow::is_account_host("[::1]", "a-b"));
  CHECK(snow::is_account_host("A-B.snowflakecomputing.com", "a-b"));
  CHECK(snow::is_account_host("a-b.privatelink.snowflakecomputing.com", "a_b"));
  CHECK_FALSE(snow::is_account_host("c-d.snowflakecomputing.com", "a-b"));
  CHECK_FALSE(snow::is_account_host("a-b.example.com", "a-b"));
  CHECK_FALSE(snow::is_account_host("a-b.snowflakecomputing.com.evil.org", "a-b"));
  CHECK_FALSE(snow::is_account_host("127.0.0.1.evil.org", "a-b"));
  CHECK_FALSE(snow::is_account_host("127.0.0.999", "a-b"));
}

TEST_CASE("a scoped token stays inside the service") {
  CHECK(snow::is_service_host("xy.ingest.snowflakecomputing.com"));
  CHECK_FALSE(snow::is_service_host("snowflakecomputing.com.evil.org"));
  CHECK_FALSE(snow::is_service_host(".snowflakecomputing.com"));
}
