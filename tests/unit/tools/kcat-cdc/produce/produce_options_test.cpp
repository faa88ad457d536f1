#include "tools/kcat-cdc/produce/produce_options.hpp"

#include "tests/unit/support/refused.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::tests::refused;

TEST_CASE("where lines go") {
  ProduceOptions options;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_prefix = "p";
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  CHECK(topic_pattern(options) == "p.{schema}.{table}");
  options.raw = true;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic = "t";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_prefix.clear();
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  CHECK(topic_pattern(options) == "t");
  options.topic = "t.{table}";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.raw = false;
  options.routes = {"no route"};
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.routes.clear();
  options.topic_config = {"cleanup.policy"};
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_config = {"a=b=c"};
  CHECK(parse_topic_config(options.topic_config).at("a") == "b=c");
  options.topic_config = {"cleanup.policy=compact"};
  options.topic_policy = "delete";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.topic_config.clear();
  CHECK(wished_topic_config(options).at("cleanup.policy") == "delete");
  options.position_topic = "positions";
  options.topic = "t";
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.transactional_id = "id";
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  options.raw = true;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
  options.partitions = 0;
  CHECK(refused([&] { check_produce(options); }) != "accepted");
}

TEST_CASE("a place for a name is schema or table") {
  ProduceOptions options;
  for (const char* topic : {"t.{tabel}", "t.{", "t}", "{{table}}", "{schema}.{table}.{}"}) {
    CAPTURE(topic);
    options.topic = topic;
    CHECK(refused([&] { check_produce(options); }) != "accepted");
  }
  options.topic = "{schema}-{table}-{table}";
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  options.topic.clear();
  options.topic_prefix = "a {table}";
  CHECK(refused([&] { check_produce(options); }) == "accepted");
  CHECK(topic_pattern(options) == "a__table_.{schema}.{table}");
}
