// A schema in the first line, behind it a value by that schema: both come from whoever wrote the
// topic. What is decoded must be JSON, and must be written and read again without a change.
#include "common/avro/decoder.hpp"
#include "common/avro/encoder.hpp"
#include "common/ndjson/validator.hpp"
#include "tests/fuzz/target.hpp"

#include <cstdlib>

using namespace cdckit;

void fuzz_one(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return;
  const auto schema = avro::Schema::parse(bytes.substr(0, end));
  const avro::Plan plan(schema);
  avro::Decoder decoder(plan, std::size_t{1} << 16U);
  std::string json;
  if (decoder.decode(bytes.substr(end + 1), json) != nullptr) return;
  static ndjson::Validator validator;
  if (validator.check_value(json, false) != nullptr) std::abort();
  avro::Encoder encoder(plan);
  std::string again;
  // unions are printed without tags, names may meet in a map: not everything can be written again
  if (!encoder.encode(again, json)) return;
  std::string same;
  if (decoder.decode(again, same) != nullptr) std::abort();
}
