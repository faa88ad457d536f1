// A Connect schema out of a `schema` line, made into Avro and back: what is made must be a schema.
#include "common/avro/avro_to_connect.hpp"
#include "common/avro/connect_to_avro.hpp"
#include "common/avro/plan.hpp"
#include "common/avro/schema.hpp"
#include "common/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <cstdlib>

using namespace cdckit;

void fuzz_one(std::string_view bytes) {
  const auto made = avro::connect_to_avro(
      bytes, {.adjustment = avro::NameAdjustment::avro_unicode, .topic = "t"});
  try {
    const auto schema = avro::Schema::parse(made.schema);
    const avro::Plan plan(schema);
    (void)avro::avro_to_connect(schema);
  } catch (const base::Error&) {
    std::abort();
  }
}
