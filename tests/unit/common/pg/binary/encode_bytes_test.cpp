#include "common/pg/binary/encode_bytes.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg;

namespace {

std::string field(const FieldProblem* (*encode)(std::string_view, std::string&),
                  std::string_view text) {
  std::string out;
  if (const FieldProblem* problem = encode(text, out)) return std::string(problem->code);
  return out.substr(4);
}

}  // namespace

TEST_CASE("uuids in every form that the server reads") {
  const std::string bytes = field(encode_uuid, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  CHECK(bytes.size() == 16);
  for (const char* same : {"{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}",
                           "a0eebc999c0b4ef8bb6d6bb9bd380a11",
                           "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11"})
    CHECK(field(encode_uuid, same) == bytes);
  for (const char* bad : {"",
                          "a0eebc99",
                          "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
                          "-a0eebc999c0b4ef8bb6d6bb9bd380a11",
                          "a0eebc999c0b4ef8bb6d6bb9bd380a11-"})
    CHECK(field(encode_uuid, bad) == "22P02");
}

TEST_CASE("bytes as hex and in the old escape format") {
  CHECK(field(encode_bytea, "\\x00ff") == std::string("\0\xff", 2));
  CHECK(field(encode_bytea, "a\\\\b\\001") == "a\\b\1");
  CHECK(field(encode_bytea, "").empty());
  for (const char* bad : {"\\x0", "\\x0g", "\\", "\\8", "\\40"})
    CHECK(field(encode_bytea, bad) == "22P02");
}
