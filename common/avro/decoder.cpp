#include "common/avro/decoder.hpp"

#include "common/base/base64.hpp"
#include "common/base/json_string.hpp"
#include "common/base/number_text.hpp"
#include "common/event/java_number.hpp"
#include "common/ndjson/utf8.hpp"

#include <cstring>
#include <utility>

namespace cdckit::avro {
namespace {

constexpr int kDeepest = 64;

constexpr const char* kCut = "the value ends before its schema does";
constexpr const char* kNotInt = "a number does not fit its type";
constexpr const char* kTooLong = "the value is too large";
constexpr const char* kTooDeep = "the value is nested too deeply";

void append_uuid(std::string& out, std::string_view bytes) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  out += '"';
}

std::uint32_t little_endian(std::string_view bytes) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Months, days and milliseconds.
void append_duration(std::string& out, std::string_view bytes) {
  const std::uint32_t millis = little_endian(bytes.substr(8));
  out += "\"P";
  base::append_number(out, little_endian(bytes));
  out += 'M';
  base::append_number(out, little_endian(bytes.substr(4)));
  out += "DT";
  base::append_number(out, millis / 1000);
  out += '.';
  const auto rest = millis % 1000;
  out += static_cast<char>('0' + rest / 100);
  out += static_cast<char>('0' + rest / 10 % 10);
  out += static_cast<char>('0' + rest % 10);
  out += "S\"";
}

}  // namespace

void Decoder::note_fields(std::uint32_t inner_field) {
  notes_ = true;
  inner_field_ = inner_field;
}

const char* Decoder::decode(std::string_view bytes, std::string& out) {
  const char* problem = decode(bytes);
  if (problem == nullptr) out += json();
  return problem;
}

const char* Decoder::decode(std::string_view bytes) {
  json_.clear();
  special_.clear();
  in_inner_ = false;
  inner_.clear();
  Work work{ByteReader(bytes)};
  const char* problem = value(work, plan_->root());
  if (problem == nullptr && work.reader.rest() != 0) problem = "there are bytes behind the value";
  if (problem == nullptr && !ndjson::is_utf8(json())) problem = "a string is no valid UTF-8";
  return problem;
}

void Decoder::put_number(std::int64_t value) {
  json_.wrote(base::write_number(json_.room(base::kNumberRoom), value));
}

void Decoder::put_special() {
  json_.append(special_);
  special_.clear();
}

void Decoder::put_base64(std::string_view bytes) {
  special_ += '"';
  base::append_base64(special_, bytes);
  special_ += '"';
  put_special();
}

const char* Decoder::value(Work& work, std::uint32_t index) {
  if (json_.size() > most_bytes_) return kTooLong;
  const Step* step = &plan_->step(index);
  if (step->operation == Operation::nullable) {
    std::int64_t branch = 0;
    if (!work.reader.take_long(branch)) return kCut;
    if (branch != 0 && branch != 1) return "a union has no such branch";
    if (static_cast<std::uint32_t>(branch) == step->count) {
      json_.append("null");
      return nullptr;
    }
    step = &plan_->step(step->first);
  }
  return present(work, *step);
}

// No union of null and one other: Avro has no union in a union.
const char* Decoder::present(Work& work, const Step& step) {
  switch (step.operation) {
    case Operation::string:
      return text(work);
    case Operation::int64: {
      std::int64_t number = 0;
      if (!work.reader.take_long(number)) return kNotInt;
      put_number(number);
      return nullptr;
    }
    case Operation::record:
    case Operation::pair:
    case Operation::array:
    case Operation::map:
    case Operation::one_of: {
      if (++work.depth > kDeepest) return kTooDeep;
      const char* problem = step.operation == Operation::record   ? record(work, step)
                            : step.operation == Operation::pair   ? entry(work, step)
                            : step.operation == Operation::one_of ? branch(work, step)
                                                                  : block(work, step);
      --work.depth;
      return problem;
    }
    case Operation::decimal_bytes:
    case Operation::decimal_fixed:
    case Operation::big_decimal:
      return exact(work, step);
    default:
      return scalar(work, step);
  }
}

const char* Decoder::text(Work& work) {
  std::string_view bytes;
  if (!work.reader.take_bytes(bytes)) return kCut;
  char* at = json_.room(bytes.size() + 2);
  *at++ = '"';
  if (base::find_json_escape(bytes) == bytes.size()) {
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
    *at++ = '"';
    json_.wrote(at);
    return nullptr;
  }
  json_.wrote(at);
  base::append_json_escaped(special_, bytes);
  special_ += '"';
  put_special();
  return nullptr;
}

const char* Decoder::scalar(Work& work, const Step& step) {
  std::string_view bytes;
  std::int64_t number = 0;
  switch (step.operation) {
    case Operation::null:
      json_.append("null");
      return nullptr;
    case Operation::boolean:
      if (!work.reader.take(1, bytes)) return kCut;
      if (bytes[0] != 0 && bytes[0] != 1) return "a boolean is neither 0 nor 1";
      json_.append(bytes[0] == 1 ? "true" : "false");
      return nullptr;
    case Operation::int32: {
      std::int32_t small = 0;
      if (!work.reader.take_int(small)) return kNotInt;
      put_number(small);
      return nullptr;
    }
    case Operation::float32: {
      float value = 0;
      if (!work.reader.take_float(value)) return kCut;
      event::append_java_number(special_, value);
      put_special();
      return nullptr;
    }
    case Operation::float64: {
      double value = 0;
      if (!work.reader.take_float(value)) return kCut;
      event::append_java_number(special_, value);
      put_special();
      return nullptr;
    }
    case Operation::bytes:
      if (!work.reader.take_bytes(bytes)) return kCut;
      put_base64(bytes);
      return nullptr;
    case Operation::enumeration:
      if (!work.reader.take_long(number)) return kCut;
      if (number < 0 || number >= step.count) return "an enum has no such symbol";
      json_.append_short(plan_->symbol(step.first + static_cast<std::uint32_t>(number)));
      return nullptr;
    default:
      return of_fixed_size(work, step);
  }
}

const char* Decoder::of_fixed_size(Work& work, const Step& step) {
  std::string_view bytes;
  if (!work.reader.take(step.count, bytes)) return kCut;
  if (step.operation == Operation::uuid_fixed) {
    append_uuid(special_, bytes);
  } else if (step.operation == Operation::duration) {
    append_duration(special_, bytes);
  } else {
    put_base64(bytes);
  }
  put_special();
  return nullptr;
}

const char* Decoder::exact(Work& work, const Step& step) {
  std::string_view bytes;
  const bool is_fixed = step.operation == Operation::decimal_fixed;
  if (is_fixed ? !work.reader.take(step.count, bytes) : !work.reader.take_bytes(bytes)) return kCut;
  special_.clear();
  special_ += '"';
  if (step.operation == Operation::big_decimal) {
    if (const char* problem = big_decimal(bytes)) return problem;
  } else if (!decimals_.append_digits(special_, bytes, step.scale)) {
    return kTooLong;
  }
  special_ += '"';
  put_special();
  return nullptr;
}

const char* Decoder::big_decimal(std::string_view bytes) {
  ByteReader inner(bytes);
  std::string_view unscaled;
  std::int32_t scale = 0;
  if (!inner.take_bytes(unscaled) || !inner.take_int(scale) || inner.rest() != 0)
    return "a big-decimal is not a number and its scale";
  return decimals_.append_digits(special_, unscaled, scale) ? nullptr : kTooLong;
}

const char* Decoder::record(Work& work, const Step& step) {
  if (notes_ && work.depth == 1) return noted_record(work, step, fields_);
  if (std::exchange(in_inner_, false)) return noted_record(work, step, inner_);
  json_.push('{');
  for (std::uint32_t i = 0; i < step.count; ++i) {
    const PlannedField& field = plan_->field(step.first + i);
    json_.append_short(plan_->text(field.label).substr(i == 0 ? 1 : 0));
    if (const char* problem = value(work, field.step)) return problem;
  }
  json_.push('}');
  return nullptr;
}

const char* Decoder::noted_record(Work& work, const Step& step, std::vector<Span>& spans) {
  spans.resize(step.count);
  json_.push('{');
  for (std::uint32_t i = 0; i < step.count; ++i) {
    const PlannedField& field = plan_->field(step.first + i);
    json_.append_short(plan_->text(field.label).substr(i == 0 ? 1 : 0));
    in_inner_ = work.depth == 1 && i == inner_field_;
    const auto begin = static_cast<std::uint32_t>(json_.size());
    if (const char* problem = value(work, field.step)) return problem;
    spans[i] = {begin, static_cast<std::uint32_t>(json_.size())};
  }
  in_inner_ = false;
  json_.push('}');
  return nullptr;
}

const char* Decoder::entry(Work& work, const Step& step) {
  json_.push('[');
  if (const char* problem = value(work, plan_->field(step.first).step)) return problem;
  json_.push(',');
  if (const char* problem = value(work, plan_->field(step.first + 1).step)) return problem;
  json_.push(']');
  return nullptr;
}

const char* Decoder::branch(Work& work, const Step& step) {
  std::int64_t number = 0;
  if (!work.reader.take_long(number)) return kCut;
  if (number < 0 || number >= step.count) return "a union has no such branch";
  return value(work, plan_->branch(step.first + static_cast<std::uint32_t>(number)));
}

// Arrays and maps come in blocks, each with its count; the last one has none.
const char* Decoder::block(Work& work, const Step& step) {
  const bool is_map = step.operation == Operation::map;
  json_.push(is_map ? '{' : '[');
  bool comma = false;
  for (;;) {
    std::int64_t count = 0;
    if (!work.reader.take_long(count)) return kCut;
    if (count == 0) break;
    if (count < 0) {
      std::int64_t bytes = 0;  // for readers that pass over the block
      if (!work.reader.take_long(bytes)) return kCut;
      if (count == INT64_MIN) return kTooLong;
      count = -count;
    }
    for (; count > 0; --count) {
      if (comma) json_.push(',');
      comma = true;
      if (is_map) {
        if (const char* problem = text(work)) return problem;
        json_.push(':');
      }
      if (const char* problem = value(work, step.first)) return problem;
    }
  }
  json_.push(is_map ? '}' : ']');
  return nullptr;
}

}  // namespace cdckit::avro
