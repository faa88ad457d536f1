#include "tools/walcat/debezium/name_uuid.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace cdckit::walcat;

// md5sum of the same bytes, version and variant set
TEST_CASE("version 3 of a name") {
  CHECK(name_uuid("") == "d41d8cd9-8f00-3204-a980-0998ecf8427e");
  CHECK(name_uuid("abc") == "90015098-3cd2-3fb0-9696-3f7d28e17f72");
  CHECK(name_uuid(std::string(64, 'a')) == "014842d4-80b5-3149-9a4a-0363793f7367");
}
