#include "common/registry/answer.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::registry;

namespace {
template <class Read>
void check_protocol(Read read) {
  try {
    read();
    FAIL_CHECK("taken");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::protocol);
  }
}
}  // namespace

TEST_CASE("an id, alone or within a whole record") {
  CHECK(read_id(R"({"id":17})") == 17);
  CHECK(read_id(R"({"subject":"s","version":1,"id":2147483647,"schema":"\"int\""})") == 2147483647);
  for (const char* body : {"",
                           "17",
                           "[]",
                           "{}",
                           R"({"id":"1"})",
                           R"({"id":1.5})",
                           R"({"id":-1})",
                           R"({"id":2147483648})",
                           "<html>"})
    check_protocol([&] { read_id(body); });
}

TEST_CASE("a schema with its type and references") {
  const auto plain = read_schema(R"({"schema":"\"int\""})");
  CHECK(plain.schema == "\"int\"");
  CHECK(plain.type == "AVRO");
  const auto full = read_schema(
      R"({"schema":"x","schemaType":"PROTOBUF","references":[{"name":"a.B","subject":"b","version":3}]})");
  CHECK(full.type == "PROTOBUF");
  CHECK(full.references == std::vector<Reference>{{"a.B", "b", 3}});
  CHECK(read_schema(R"({"schema":"x","references":null})").references.empty());
  for (const char* body : {"{}",
                           R"({"schema":1})",
                           R"({"schema":"x","schemaType":1})",
                           R"({"schema":"x","references":{}})",
                           R"({"schema":"x","references":[1]})",
                           R"({"schema":"x","references":[{"name":"a"}]})"})
    check_protocol([&] { read_schema(body); });
}

TEST_CASE("compatible or not, with what the registry says of it") {
  std::vector<std::string> messages;
  CHECK(read_compatible(R"({"is_compatible":true})", messages));
  CHECK(messages.empty());
  CHECK_FALSE(read_compatible(R"({"is_compatible":false,"messages":["a\nb",1]})", messages));
  CHECK(messages == std::vector<std::string>{"a b"});
  check_protocol([&] { read_compatible(R"({"is_compatible":"no"})", messages); });
}

TEST_CASE("levels under both of their names, complaints whatever the body is") {
  CHECK(read_level(R"({"compatibilityLevel":"FULL"})") == "FULL");
  CHECK(read_level(R"({"compatibility":"NONE","normalize":false})") == "NONE");
  check_protocol([] { read_level("{}"); });
  CHECK(read_complaint(R"({"error_code":40401,"message":"Subject not found."})").code == 40401);
  CHECK(read_complaint("<html>").code == 0);
  CHECK(read_complaint(R"({"error_code":"x"})").code == 0);
  CHECK(read_complaint(R"({"message":"https://u:secret@h"})").message.find("secret") ==
        std::string::npos);
}

TEST_CASE("a schema travels as a string") {
  CHECK(schema_body("{\"type\":\"int\"}") ==
        R"({"schema":"{\"type\":\"int\"}","schemaType":"AVRO"})");
}
