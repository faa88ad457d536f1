#include "common/snow/table_description.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a description: types, key, comments") {
  tests::SnowStub stub([](const std::string&) {
    return tests::SqlReply{
        {"name", "type", "null?", "primary key", "comment"},
        {{"ID", "NUMBER(10,0)", "N", "Y", "key 1"}, {"v", "VARCHAR(5)", "Y", "N", "\x01NULL"}},
        ""};
  });
  snow::SqlApi api(stub.settings(), {});
  const auto table = snow::describe_table(api, {"D", "S", "T"});
  REQUIRE(table);
  CHECK(table->primary_key() == std::vector<std::string>{"ID"});
  REQUIRE(table->find("v") != nullptr);
  CHECK(table->find("v")->parsed.length == 5);
  CHECK(table->find("ID")->comment == "key 1");
  CHECK_FALSE(table->find("ID")->nullable);
  CHECK(table->find("V") == nullptr);
  CHECK(stub.requests().front().find(R"(DESCRIBE TABLE \"D\".\"S\".\"T\")") != std::string::npos);
}

TEST_CASE("a missing table is nothing, other failures are failures") {
  std::string code = "002003";
  tests::SnowStub stub([&](const std::string&) { return tests::SqlReply{{}, {}, code}; });
  snow::SqlApi api(stub.settings(), {});
  CHECK_FALSE(snow::describe_table(api, {"D", "S", "T"}));
  code = "003001";
  CHECK_THROWS_AS(snow::describe_table(api, {"D", "S", "T"}), snow::SqlError);
}
