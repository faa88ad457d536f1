#include "tools/kcat-cdc/topics/topic_names.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;

TEST_CASE("characters that Kafka does not take become underscores, one for each UTF-16 unit") {
  CHECK(sanitize_topic("a.b-c_D9") == "a.b-c_D9");
  CHECK(sanitize_topic("a b/c") == "a_b_c");
  CHECK(sanitize_topic("stra\xC3\x9F"
                       "e") == "stra_e");
  CHECK(sanitize_topic("\xF0\x9F\x98\x80") == "__");
  CHECK(sanitize_topic("\xE2\x82\xAC") == "_");
}

TEST_CASE("whatever goes in, a name that is short enough comes out usable") {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(1 + random() % 20, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string name = sanitize_topic("t" + bytes);
    CHECK(is_topic_name(name));
    CHECK(sanitize_topic(name) == name);
  }
}

TEST_CASE("what a topic's name may be") {
  CHECK(is_topic_name("a"));
  CHECK(is_topic_name(std::string(249, 'a')));
  CHECK_FALSE(is_topic_name(std::string(250, 'a')));
  CHECK_FALSE(is_topic_name(""));
  CHECK_FALSE(is_topic_name("."));
  CHECK_FALSE(is_topic_name(".."));
  CHECK_FALSE(is_topic_name("a b"));
}

TEST_CASE("patterns") {
  CHECK(topic_for_table("p.{schema}.{table}", "public", "t") == "p.public.t");
  CHECK(topic_for_table("{table}", "public", "{schema}") == "_schema_");
  CHECK(topic_for_table("all", "public", "t") == "all");
  CHECK(topic_for_table("p.{schema}.{table}", "public", "My Table") == "p.public.My_Table");
  CHECK(topic_for_messages("p.{schema}.{table}") == "p.message");
  CHECK(topic_for_messages("{table}-x") == "message-x");
  CHECK(topic_for_messages("all") == "all");
  CHECK(has_placeholder("a{table}"));
  CHECK_FALSE(has_placeholder("a{tables}"));
}

TEST_CASE("where the shapes of a topic are kept") {
  CHECK(schema_topic_of("flights.public.live_state") == "flights.__schema");
  CHECK(schema_topic_of("a.b.public.t") == "a.b.__schema");
  CHECK(schema_topic_of("public.t") == "public.t.__schema");
  CHECK(schema_topic_of("t") == "t.__schema");
  CHECK(schema_topic_of(".t") == ".t.__schema");
  CHECK(is_schema_topic("flights.__schema"));
  CHECK_FALSE(is_schema_topic("__schema"));
  CHECK_FALSE(is_schema_topic("flights.__schemas"));
  CHECK_FALSE(is_schema_topic("flights_x__schema"));
}
