// A schema as a flat program for Encoder and Decoder: steps that name others by index, and one
// text that holds every name ready to be printed and compared. Made once a schema, then constant:
// any number of encoders and decoders may share it; they must not outlive it.
#pragma once

#include "common/avro/schema.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::avro {

enum class Operation : std::uint8_t {
  null,
  boolean,
  int32,
  int64,
  float32,
  float64,
  bytes,   // base64 in JSON; `count` bytes of 0 are its zero
  string,  // UTF-8
  fixed,   // base64; `count` bytes
  enumeration,
  decimal_bytes,  // digits in a string, `scale` behind the point
  decimal_fixed,
  big_decimal,
  uuid_fixed,
  duration,  // ISO 8601: P1M2DT3.004S
  record,    // its fields are [first, first + count)
  pair,      // a record of key and value, printed as a list of two: an entry of Connect's map
  array,     // of the step `first`
  map,
  nullable,  // null, which is branch `count`, or the step `first`
  one_of     // branches are [first, first + count)
};

struct Step {
  Operation operation = Operation::null;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::int32_t scale = 0;
};

struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t size = 0;
};

struct PlannedField {
  Slice label;  // `,"name":`, escaped as JSON
  std::uint32_t step = 0;
};

class Plan {
 public:
  explicit Plan(const Schema& schema);

  [[nodiscard]] std::uint32_t root() const noexcept { return root_; }
  [[nodiscard]] const Step& step(std::uint32_t index) const noexcept { return steps_[index]; }
  [[nodiscard]] const PlannedField& field(std::uint32_t index) const noexcept {
    return fields_[index];
  }
  [[nodiscard]] std::uint32_t branch(std::uint32_t index) const noexcept {
    return branches_[index];
  }
  // Buffer::kBehind bytes behind every text can be read.
  // `"SYMBOL"`, escaped as JSON.
  [[nodiscard]] std::string_view symbol(std::uint32_t index) const noexcept {
    return text(symbols_[index]);
  }
  [[nodiscard]] std::string_view text(Slice slice) const noexcept {
    return {text_.data() + slice.begin, slice.size};
  }
  // The label between its quotes.
  [[nodiscard]] std::string_view name(const PlannedField& field) const noexcept {
    return {text_.data() + field.label.begin + 2, field.label.size - 4};
  }
  // `raw` is a member's name as it stands in JSON, perhaps with other escapes.
  [[nodiscard]] bool is_named(const PlannedField& field, std::string_view raw) const {
    return raw == name(field) || (raw.find('\\') != raw.npos && is_same(field, raw));
  }

 private:
  [[nodiscard]] bool is_same(const PlannedField& field, std::string_view raw) const;
  void plan(const Schema& schema, NodeIndex index);
  void plan_record(const Node& node, Step& step);
  void give_zero(const Schema& schema, const Node& node);
  void plan_scalar(const Node& node, Step& step) const;
  Slice keep(std::string_view text);

  std::vector<Step> steps_;  // one a node of the schema, under the same index
  std::vector<PlannedField> fields_;
  std::vector<std::uint32_t> branches_;
  std::vector<Slice> symbols_;
  std::string text_;
  std::uint32_t root_ = 0;
};

// How Connect's converter names an entry of a map whose keys are no strings.
bool is_map_entry(const Node& node) noexcept;

}  // namespace cdckit::avro
