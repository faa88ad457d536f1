// JSON to Avro's bytes by a plan, straight from the members that the line's walk found: no tree, no
// allocation a value once its memory has grown. The inverse of Decoder: what that prints can be
// written again. A member that the schema has no field for is refused, so that nothing is lost in
// silence; a field without a member is null where it may be. One thread each.
#pragma once

#include "common/avro/buffer.hpp"
#include "common/avro/decimal.hpp"
#include "common/avro/plan.hpp"
#include "common/event/event.hpp"
#include "common/ndjson/text.hpp"

#include <string>
#include <string_view>

namespace cdckit::avro {

class Encoder {
 public:
  explicit Encoder(const Plan& plan) noexcept : plan_(&plan) {}

  // `json` is one valid JSON value, `found` its members when it is an object and they are known.
  // False: `out` is as it was, problem() says why.
  bool encode(std::string& out, std::string_view json, ndjson::FoundMembers found = {});
  // Debezium's value of an event: its members without ours. A server that sends the key of an old
  // row alone leaves null in columns that cannot be null: there `before` gets the nothing of the
  // type, as Debezium makes it up.
  bool encode(std::string& out, const event::Event& event);
  // Of the last one that failed: `"after.qty" is no int: "abc"`.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Value {
    std::string_view json;
    ndjson::FoundMembers found;
    bool plain = false;  // a string without escapes
  };
  class Members;

  bool value(Buffer& out, std::uint32_t index, const Value& value);
  bool scalar(Buffer& out, const Step& step, const Value& value);
  bool text_like(Buffer& out, const Step& step, const Value& value);
  bool exact(Buffer& out, const Step& step, std::string_view digits);
  bool big_decimal(Buffer& out, std::string_view digits);
  bool whole(Buffer& out, std::string_view json, bool small);
  bool record(Buffer& out, const Step& step, Members members);
  bool field(Buffer& out, const PlannedField& field, const Value& value);
  bool fill(Buffer& out, std::uint32_t index);
  bool refuse_surplus(const Step& step, Members members);
  bool absent(Buffer& out, const PlannedField& field);
  bool container(Buffer& out, const Step& step, const Value& value);
  bool list(Buffer& out, const Step& step, std::string_view json);
  bool map(Buffer& out, const Step& step, const Value& value);
  bool pair(Buffer& out, const Step& step, std::string_view json);
  bool branch(Buffer& out, const Step& step, const Value& value);
  bool refuse(std::string_view what, std::string_view json);
  void name_problem(std::string_view name);
  bool finish(std::string& out, bool good);
  bool base64(Buffer& out, const Value& value, std::string_view text);
  bool special(Buffer& out, const Step& step, const Value& value, std::string_view text);

  const Plan* plan_;
  DecimalConverter decimals_;
  Buffer bytes_;         // of the value that is encoded
  Buffer inner_;         // of a number with its scale
  std::string scratch_;  // what a string says behind its escapes
  std::string special_;  // bytes that others make
  std::string path_;     // of the problem
  std::string problem_;
  int depth_ = 0;
  bool event_ = false;
  bool filling_ = false;  // inside of an event's `before`
};

}  // namespace cdckit::avro
