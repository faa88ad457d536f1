#include "common/avro/difference.hpp"

#include <doctest/doctest.h>

using namespace cdckit::avro;

namespace {
std::string row(const std::string& fields) {
  return R"({"type":"record","name":"E","fields":[{"name":"after","type":["null",)"
         R"({"type":"record","name":"V","fields":[)" +
         fields + "]}]}]}";
}
std::vector<std::string> between(const std::string& before, const std::string& after) {
  return difference(Schema::parse(row(before)), Schema::parse(row(after)));
}
}  // namespace

TEST_CASE("the same schema has no difference, however it is written") {
  CHECK(between(R"({"name":"a","type":"int"})", R"({"type":{"type":"int"},"name":"a","doc":"d"})")
            .empty());
}

TEST_CASE("each difference is a line with the field's name") {
  const auto found = between(
      R"({"name":"a","type":"int"},{"name":"gone","type":"int"},{"name":"d","type":"int","default":1},)"
      R"({"name":"e","type":{"type":"enum","name":"E1","symbols":["x"]}})",
      R"({"name":"a","type":["null","long"]},{"name":"new","type":"string"},)"
      R"({"name":"soft","type":["null","int"],"default":null},{"name":"d","type":"int","default":2},)"
      R"({"name":"e","type":{"type":"enum","name":"E1","symbols":["x","y"]}})");
  CHECK(found == std::vector<std::string>{"\"after.a\": int became [null, long]",
                                          "\"after.new\": added, without a default: string",
                                          "\"after.soft\": added: [null, int]",
                                          "\"after.d\": default 1 became 2",
                                          "\"after.e\": has other symbols",
                                          "\"after.gone\": removed"});
}

TEST_CASE("types are told with what they hold; a schema that holds itself ends") {
  CHECK(difference(Schema::parse("\"int\""), Schema::parse("\"long\"")) ==
        std::vector<std::string>{"the schema: int became long"});
  CHECK(
      between(
          R"({"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}})",
          R"({"name":"a","type":{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}})")
          .front() == "\"after.a\": bytes(4,2) became bytes(6,2)");
  const auto self =
      Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]})");
  CHECK(difference(self, self).empty());
}

TEST_CASE("a long list ends with a word of it") {
  std::string many;
  for (int i = 0; i < 50; ++i)
    many += (i == 0 ? "" : ",") + (R"({"name":"f)" + std::to_string(i)) + R"(","type":"int"})";
  const auto found = between("", many);
  CHECK(found.size() == kMostDifferences + 1);
  CHECK(found.back() == "and more");
}
