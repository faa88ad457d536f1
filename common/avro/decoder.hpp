// Avro's bytes, by the schema that they were written with, to the plain JSON that Debezium's
// JsonConverter prints: unions without tags, bytes and Connect's decimals in base64, dates and
// times as their numbers; decimals that are not Connect's are digits in a string. Bytes come from
// anyone: every read is bounded, so are depth and output. No tree, no allocation a value once its
// memory has grown. One thread each.
#pragma once

#include "common/avro/binary.hpp"
#include "common/avro/buffer.hpp"
#include "common/avro/decimal.hpp"
#include "common/avro/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::avro {

class Decoder {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{256} << 20U;  // of JSON

  explicit Decoder(const Plan& plan, std::size_t most_bytes = kMostBytes) noexcept
      : plan_(&plan), most_bytes_(most_bytes) {}

  // Where the value of a field stands in json().
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  // Notes where the fields of the outermost record stand, and those of the record in this one of
  // them. Before the first value.
  void note_fields(std::uint32_t inner_field);

  // Null and json() set to one JSON value, else why not (static text). All bytes must be used up.
  const char* decode(std::string_view bytes);
  // Appends it; `out` stays as it was when it cannot be.
  const char* decode(std::string_view bytes, std::string& out);
  // Of the last one that was decoded; valid until the next.
  [[nodiscard]] std::string_view json() const noexcept { return json_.view(); }
  // With note_fields(); in the order of the schema. No inner ones where that field is null.
  [[nodiscard]] const std::vector<Span>& fields() const noexcept { return fields_; }
  [[nodiscard]] const std::vector<Span>& inner_fields() const noexcept { return inner_; }

 private:
  struct Work {
    ByteReader reader{std::string_view()};
    int depth = 0;
  };
  const char* value(Work& work, std::uint32_t index);
  const char* present(Work& work, const Step& step);
  const char* scalar(Work& work, const Step& step);
  const char* of_fixed_size(Work& work, const Step& step);
  const char* text(Work& work);
  const char* record(Work& work, const Step& step);
  const char* noted_record(Work& work, const Step& step, std::vector<Span>& spans);
  const char* block(Work& work, const Step& step);
  const char* entry(Work& work, const Step& step);
  const char* branch(Work& work, const Step& step);
  const char* exact(Work& work, const Step& step);
  const char* big_decimal(std::string_view bytes);
  void put_number(std::int64_t value);
  void put_special();
  void put_base64(std::string_view bytes);

  const Plan* plan_;
  std::size_t most_bytes_;
  DecimalConverter decimals_;
  Buffer json_;
  std::string special_;  // what others print
  bool notes_ = false;
  bool in_inner_ = false;  // the next record is the one whose fields are noted
  std::uint32_t inner_field_ = 0;
  std::vector<Span> fields_;
  std::vector<Span> inner_;
};

}  // namespace cdckit::avro
