#include "tools/pg-load/table/stream_decoder.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

std::string line_of(const std::string& table, const std::string& day) {
  return R"({"key":{"id":1},"before":null,"after":{"id":1,"d":)" + day +
         R"(},"source":{"schema":"public","table":")" + table + R"("},"op":"c"})";
}

class Stream {
 public:
  Stream() : decoder({}) {
    target.columns.push_back(tests::column("d", "date"));
    for (Column& column : target.columns) column.resolved_type = column.type;
  }
  std::string after(const std::string& table, const std::string& day) {
    line_ = line_of(table, day);
    event::LineKind kind{};
    event::Event event;
    reader_.decode(line_, false, kind, event);
    const event::Event* plain = decoder.plain(event, target);
    return plain == nullptr ? "refused" : std::string(plain->after);
  }
  TargetTable target = tests::sample();
  StreamDecoder decoder;

 private:
  event::Decoder reader_;
  std::string line_;
};

}  // namespace

TEST_CASE("hello says it for all tables, a schema line for its own") {
  Stream stream;
  CHECK(stream.after("a", "19782") == "refused");
  CHECK(stream.decoder.problem().code == "0A000");
  CHECK(stream.decoder.problem_text().find("19782") != std::string::npos);
  stream.decoder.hello("debezium");
  CHECK(stream.after("a", "19782") == R"({"id":1,"d":"2024-02-29"})");
  event::TableSchema schema;
  schema.schema = "public";
  schema.table = "b";
  schema.encoding = "plain";
  stream.decoder.announce(schema);
  CHECK(stream.after("b", R"("2024-02-29")") == R"({"id":1,"d":"2024-02-29"})");
  CHECK(stream.after("a", "0") == R"({"id":1,"d":"1970-01-01"})");
  CHECK_THROWS_AS(stream.decoder.hello("avro"), base::Error);
}
