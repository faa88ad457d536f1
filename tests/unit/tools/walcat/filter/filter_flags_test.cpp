#include "tools/walcat/filter/filter_flags.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("operations are letters") {
  FilterOptions options;
  CHECK(options.wants('r'));
  options.ops = parse_ops("c, d");
  CHECK(options.wants('c'));
  CHECK(options.wants('d'));
  CHECK_FALSE(options.wants('u'));
  CHECK_FALSE(options.wants('m'));
  for (const auto* text : {"", "x", "c,", "cu", "c,,u"}) CHECK_THROWS(parse_ops(text));
}

TEST_CASE("a mask is a column with or without a hash") {
  const auto plain = parse_mask("public.users.name");
  CHECK(plain.columns == "public.users.name");
  CHECK_FALSE(plain.hash);
  const auto hash = parse_mask("name=hash:a=hash:b");
  CHECK(hash.columns == "name");
  CHECK(hash.hash);
  CHECK(hash.salt == "a=hash:b");
  for (const auto* text : {"", "=hash:x", "a=hash:", "a=hash:@", "a=hash:$", "a=sha:1", "a="}) {
    CHECK_THROWS(parse_mask(text));
  }
}

TEST_CASE("a wrong mask does not repeat its salt") {
  try {
    (void)parse_mask("a=sha256:verysecret");
    FAIL("it was taken");
  } catch (const std::exception& error) {
    CHECK(std::string(error.what()).find("verysecret") == std::string::npos);
  }
}

TEST_CASE("a key is a table and its columns") {
  const auto key = parse_key("odd:name:a, b");
  CHECK(key.table == "odd:name");
  CHECK(key.columns == std::vector<std::string>{"a", "b"});
  for (const auto* text : {"", "t", ":a", "t:", "t:a,", "t:a,a"}) CHECK_THROWS(parse_key(text));
}
