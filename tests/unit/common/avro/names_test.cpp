#include "common/avro/names.hpp"

#include <doctest/doctest.h>

using namespace cdckit::avro;

TEST_CASE("a name begins with a letter or an underscore") {
  CHECK(is_name("a1_"));
  CHECK(is_name("_"));
  CHECK_FALSE(is_name(""));
  CHECK_FALSE(is_name("3d"));
  CHECK_FALSE(is_name("a.b"));
  CHECK_FALSE(is_name("a-b"));
  CHECK_FALSE(is_name("\xC3\xBC"));
  CHECK(is_full_name("app.public.t.Value"));
  CHECK(is_full_name("t"));
  CHECK_FALSE(is_full_name("app.3orders.Value"));
  CHECK_FALSE(is_full_name("app..Value"));
  CHECK_FALSE(is_full_name(".a"));
}

TEST_CASE("mode avro: an underscore for what is forbidden, one before a first digit") {
  const auto field = [](std::string_view name) {
    return adjust_field_name(name, NameAdjustment::avro);
  };
  CHECK(field("row.values") == "row_values");
  CHECK(field("my col") == "my_col");
  CHECK(field("3d") == "_3d");
  CHECK(field("\xC3\xBC") == "_");
  CHECK(field("\xF0\x9F\x98\x80") == "__");
  CHECK(field("end ") == "end_");
  CHECK(field("a$1") == field("a#1"));
  CHECK(field("a_b") == "a_b");
  CHECK(field("") == "");
}

TEST_CASE("mode avro_unicode: no two names meet") {
  const auto field = [](std::string_view name) {
    return adjust_field_name(name, NameAdjustment::avro_unicode);
  };
  CHECK(field("row.values") == "row_u002evalues");
  CHECK(field("a-b") == "a_u002db");
  CHECK(field("a_b") == "a_u005fb");
  CHECK(field("3d") == "_u0033d");
  CHECK(field("\xC3\xBC") == "_u00fc");
  CHECK(field("\xE2\x82\xAC") == "_u20ac");
  CHECK(field("\xC4\x80") == "_u100");  // as Debezium pads it
  CHECK(field("\xF0\x9F\x98\x80") == "_ud83d_ude00");
}

TEST_CASE("dots of a full name stay, and every part of it begins as a name") {
  CHECK(adjust_full_name("app.public.3orders.Value", NameAdjustment::avro) ==
        "app.public._3orders.Value");
  CHECK(adjust_full_name("app.public.x-y.Key", NameAdjustment::avro_unicode) ==
        "app.public.x_u002dy.Key");
  CHECK(adjust_full_name("x-y", NameAdjustment::none) == "x-y");
  CHECK(split_full_name("a.b.c").space == "a.b");
  CHECK(split_full_name("a.b.c").name == "c");
  CHECK(split_full_name("c").space.empty());
}
