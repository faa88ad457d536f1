// Both ways through one schema, for the tests of this room.
#pragma once

#include "common/avro/decoder.hpp"
#include "common/avro/encoder.hpp"
#include "common/ndjson/validator.hpp"

#include <memory>
#include <string>

#include <doctest/doctest.h>

namespace cdckit::avro {

class Codec {
 public:
  explicit Codec(std::string_view schema)
      : plan(Schema::parse(schema)), encoder(plan), decoder(plan) {}

  // Hex of the bytes, or why not.
  std::string encode(std::string_view json) {
    std::string out = "before";
    if (!encoder.encode(out, json)) {
      CHECK(out == "before");
      return encoder.problem();
    }
    return hex(std::string_view(out).substr(6));
  }
  std::string decode(std::string_view bytes) {
    std::string out = "before";
    Decoder noting(plan);
    noting.note_fields(1);
    if (const char* problem = decoder.decode(bytes, out)) {
      CHECK(out == "before");
      CHECK(noting.decode(bytes) == problem);
      return problem;
    }
    CHECK(noting.decode(bytes) == nullptr);
    CHECK(noting.json() == std::string_view(out).substr(6));
    ndjson::Validator validator;
    CHECK(validator.check_value(std::string_view(out).substr(6), false) == nullptr);
    return out.substr(6);
  }
  // The JSON that comes back.
  std::string through(std::string_view json) {
    std::string bytes;
    if (!encoder.encode(bytes, json)) return encoder.problem();
    return decode(bytes);
  }
  static std::string hex(std::string_view bytes) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (const char letter : bytes) {
      out += kHex[static_cast<unsigned char>(letter) >> 4U];
      out += kHex[static_cast<unsigned char>(letter) & 15U];
    }
    return out;
  }

  Plan plan;
  Encoder encoder;
  Decoder decoder;
};

// Debezium's envelope, small.
inline constexpr const char* kEnvelope =
    R"({"type":"record","name":"Envelope","namespace":"srv.public.t","fields":[)"
    R"({"name":"before","default":null,"type":["null",{"type":"record","name":"Value","fields":[)"
    R"({"name":"id","type":"int"},{"name":"seen","default":null,"type":["null",)"
    R"({"type":"long","connect.name":"io.debezium.time.MicroTimestamp"}]},)"
    R"({"name":"n","type":"bytes"}]}]},{"name":"after","default":null,"type":["null","Value"]},)"
    R"({"name":"op","type":"string"},)"
    R"({"name":"e","type":{"type":"enum","name":"E","symbols":["a","b"]}}]})";

}  // namespace cdckit::avro
