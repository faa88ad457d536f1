#include "tools/walcat/encode/encoding.hpp"

#include "tools/walcat/encode/plain.hpp"
#include "tools/walcat/encode/table.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("what an encoding does not say is plain") {
  const PlainEncoding encoding;
  CHECK(encoding.member_name("a\"") == ",\"a\\\"\":");
  CHECK(encoding.session_setup().empty());
  Table table;
  encoding.wrap(table, "app");
  CHECK(table.value_head == ",\"before\":");
  CHECK(table.key_head.empty());
  CHECK(encoding.message_form().value_head == ",\"op\":");
}
