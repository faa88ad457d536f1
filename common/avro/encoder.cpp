#include "common/avro/encoder.hpp"

#include "common/avro/binary.hpp"
#include "common/avro/json_value.hpp"
#include "common/avro/nothing.hpp"
#include "common/base/base64.hpp"

namespace cdckit::avro {
namespace {

using ndjson::FoundMember;
using ndjson::FoundMembers;
using ndjson::Member;

constexpr int kDeepest = 64;
constexpr std::size_t kShown = 64;  // of a value in a problem

std::string_view without_quotes(std::string_view token) noexcept {
  return token.substr(1, token.size() - 2);
}

// Of a union of two: 0 or 1 as a long.
char branch_byte(std::uint32_t branch) noexcept {
  return static_cast<char>(branch * 2);
}

}  // namespace

// The members of one object, those that were found or those that a search finds.
class Encoder::Members {
 public:
  explicit Members(const Value& object, bool without_ours = false)
      : found_(object.found),
        text_(object.json),
        cursor_(object.found.empty() ? object.json : std::string_view("{}")),
        without_ours_(without_ours) {}
  // A whole event.
  explicit Members(FoundMembers found) : Members(Value{"{}", found}, true) {}

  bool next(std::string_view& name, Value& value) {
    for (;;) {
      if (!found_.empty()) {
        if (at_ == found_.size()) return false;
        const FoundMember& member = found_[at_];
        name = member.name;
        value = {member.value, found_.subspan(at_ + 1, member.inside), member.plain};
        at_ += 1 + member.inside;
      } else {
        Member member;
        if (!cursor_.next(member)) return false;
        name = member.name;
        value = {member.value, {}, member.plain};
      }
      if (!without_ours_ || !event::is_our_member(name)) return true;
    }
  }
  [[nodiscard]] Members from_start() const { return Members({text_, found_}, without_ours_); }

 private:
  FoundMembers found_;
  std::string_view text_;
  ndjson::ObjectCursor cursor_;
  std::size_t at_ = 0;
  bool without_ours_;
};

bool Encoder::refuse(std::string_view what, std::string_view json) {
  path_.clear();
  problem_ = what;
  if (json.empty()) return false;
  problem_ += ": ";
  problem_ += json.substr(0, kShown);
  if (json.size() > kShown) problem_ += "..";
  return false;
}

void Encoder::name_problem(std::string_view name) {
  path_.insert(0, path_.empty() ? std::string(name) : std::string(name) + ".");
}

bool Encoder::finish(std::string& out, bool good) {
  if (good) {
    out += bytes_.view();
    return true;
  }
  problem_ = path_.empty() ? "the value " + problem_ : "\"" + path_ + "\" " + problem_;
  return false;
}

bool Encoder::encode(std::string& out, std::string_view json, FoundMembers found) {
  depth_ = 0;
  event_ = filling_ = false;
  bytes_.clear();
  return finish(out, value(bytes_, plan_->root(), {json, found}));
}

bool Encoder::encode(std::string& out, const event::Event& event) {
  depth_ = 0;
  event_ = true;
  filling_ = false;
  bytes_.clear();
  const Step& step = plan_->step(plan_->root());
  if (step.operation != Operation::record)
    return finish(out, refuse("is an event, the schema's is no record", {}));
  return finish(out, record(bytes_, step, Members(event.members)));
}

bool Encoder::value(Buffer& out, std::uint32_t index, const Value& value) {
  const Step& step = plan_->step(index);
  if (filling_ && ndjson::is_null(value.json)) return fill(out, index);
  switch (step.operation) {
    case Operation::nullable:
      if (ndjson::is_null(value.json)) {
        out.push(branch_byte(step.count));
        return true;
      }
      out.push(branch_byte(1 - step.count));
      return this->value(out, step.first, value);
    case Operation::record:
    case Operation::pair:
    case Operation::array:
    case Operation::map:
    case Operation::one_of: {
      if (depth_ == kDeepest) return refuse("is nested too deeply", {});
      ++depth_;
      const bool good = container(out, step, value);
      --depth_;
      return good;
    }
    default:
      return scalar(out, step, value);
  }
}

bool Encoder::container(Buffer& out, const Step& step, const Value& value) {
  const char first = value.json.front();
  switch (step.operation) {
    case Operation::record:
      if (first != '{') return refuse("is no record", value.json);
      return record(out, step, Members(value));
    case Operation::pair:
      return pair(out, step, value.json);
    case Operation::array:
      return list(out, step, value.json);
    case Operation::map:
      return map(out, step, value);
    default:
      return branch(out, step, value);
  }
}

bool Encoder::scalar(Buffer& out, const Step& step, const Value& value) {
  const std::string_view json = value.json;
  switch (step.operation) {
    case Operation::null:
      return ndjson::is_null(json) || refuse("is not null", json);
    case Operation::boolean:
      if (json != "true" && json != "false") return refuse("is no boolean", json);
      out.push(json.front() == 't' ? '\1' : '\0');
      return true;
    case Operation::int32:
    case Operation::int64:
      return whole(out, json, step.operation == Operation::int32);
    case Operation::float32: {
      const auto number = float_of(json);
      if (!number) return refuse("is no float", json);
      append_float(out, *number);
      return true;
    }
    case Operation::float64: {
      const auto number = double_of(json);
      if (!number) return refuse("is no double", json);
      append_float(out, *number);
      return true;
    }
    case Operation::decimal_bytes:
    case Operation::decimal_fixed:
    case Operation::big_decimal:
      return exact(out, step, json.front() == '"' ? without_quotes(json) : json);
    default:
      if (json.front() != '"') return refuse("is no string", json);
      return text_like(out, step, value);
  }
}

bool Encoder::whole(Buffer& out, std::string_view json, bool small) {
  const auto number = whole_of(json);
  if (!number || (small && *number != static_cast<std::int32_t>(*number)))
    return refuse(small ? "is no int" : "is no long", json);
  append_long(out, *number);
  return true;
}

bool Encoder::text_like(Buffer& out, const Step& step, const Value& value) {
  std::string_view text = without_quotes(value.json);
  if (!value.plain && text.find('\\') != std::string_view::npos) {
    scratch_.clear();
    if (!ndjson::append_unescaped(scratch_, value.json))
      return refuse("holds half a pair of surrogates", value.json);
    text = scratch_;
  }
  switch (step.operation) {
    case Operation::string:
      append_bytes(out, text);
      return true;
    case Operation::bytes:
      return base64(out, value, text);
    case Operation::fixed:
    case Operation::uuid_fixed:
    case Operation::duration:
      return special(out, step, value, text);
    default:
      break;
  }
  for (std::uint32_t i = 0; i < step.count; ++i) {
    if (plan_->symbol(step.first + i) == value.json) {
      append_long(out, i);
      return true;
    }
  }
  return refuse("is none of the enum's symbols", value.json);
}

bool Encoder::base64(Buffer& out, const Value& value, std::string_view text) {
  special_.clear();
  if (!base::append_from_base64(special_, text)) return refuse("is no base64", value.json);
  append_bytes(out, special_);
  return true;
}

// Types of a fixed size.
bool Encoder::special(Buffer& out, const Step& step, const Value& value, std::string_view text) {
  special_.clear();
  if (step.operation == Operation::uuid_fixed) {
    if (!append_uuid_bytes(special_, text)) return refuse("is no UUID", value.json);
  } else if (step.operation == Operation::duration) {
    if (!append_duration_bytes(special_, text)) return refuse("is no duration", value.json);
  } else if (!base::append_from_base64(special_, text)) {
    return refuse("is no base64", value.json);
  }
  if (special_.size() != step.count) return refuse("has another size", value.json);
  out.append(special_);
  return true;
}

bool Encoder::exact(Buffer& out, const Step& step, std::string_view digits) {
  if (step.operation == Operation::big_decimal) return big_decimal(out, digits);
  const std::string_view bytes = decimals_.unscaled(digits, step.scale);
  if (bytes.empty()) return refuse("is no decimal of this scale", digits);
  if (step.operation == Operation::decimal_bytes) {
    append_bytes(out, bytes);
    return true;
  }
  if (bytes.size() > step.count) return refuse("has too many digits", digits);
  const bool negative = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
  out.append(step.count - bytes.size(), negative ? '\xFF' : '\0');
  out.append(bytes);
  return true;
}

bool Encoder::big_decimal(Buffer& out, std::string_view digits) {
  const auto point = digits.find('.');
  const std::size_t scale = point == std::string_view::npos ? 0 : digits.size() - point - 1;
  const std::string_view bytes = decimals_.unscaled(digits, static_cast<std::int32_t>(scale));
  if (bytes.empty()) return refuse("is no decimal", digits);
  inner_.clear();
  append_bytes(inner_, bytes);
  append_long(inner_, static_cast<std::int64_t>(scale));
  append_bytes(out, inner_.view());
  return true;
}

// Members mostly stand in the order of the fields. Where one does not, all are looked through.
bool Encoder::record(Buffer& out, const Step& step, Members members) {
  const Members all = members;
  std::string_view name;
  Value value;
  bool there = members.next(name, value);
  std::size_t taken = 0;
  bool in_order = true;
  for (std::uint32_t i = 0; i < step.count; ++i) {
    const PlannedField& field = plan_->field(step.first + i);
    if (there && plan_->is_named(field, name)) {
      if (!this->field(out, field, value)) return false;
      ++taken;
      there = members.next(name, value);
      continue;
    }
    in_order = false;
    Members search = all.from_start();
    std::string_view other;
    Value found;
    bool matches = false;
    while (!matches && search.next(other, found)) matches = plan_->is_named(field, other);
    if (!(matches ? this->field(out, field, found) : absent(out, field))) return false;
    if (matches) ++taken;
  }
  if (in_order && !there) return true;
  Members rest = all.from_start();
  std::size_t count = 0;
  while (rest.next(name, value)) ++count;
  if (count == taken) return true;
  return refuse_surplus(step, all.from_start());
}

bool Encoder::refuse_surplus(const Step& step, Members members) {
  std::string_view name;
  Value value;
  while (members.next(name, value)) {
    bool known = false;
    for (std::uint32_t i = 0; i < step.count && !known; ++i)
      known = plan_->is_named(plan_->field(step.first + i), name);
    if (known) continue;
    refuse("is no field of the schema", {});
    name_problem(name);
    return false;
  }
  return refuse("has a member twice", {});
}

bool Encoder::field(Buffer& out, const PlannedField& field, const Value& value) {
  if (event_ && depth_ == 0) filling_ = plan_->name(field) == "before";
  if (this->value(out, field.step, value)) return true;
  name_problem(plan_->name(field));
  return false;
}

bool Encoder::absent(Buffer& out, const PlannedField& field) {
  const Step& step = plan_->step(field.step);
  if (step.operation == Operation::nullable) {
    out.push(branch_byte(step.count));
    return true;
  }
  if (step.operation == Operation::null) return true;
  if (filling_) return fill(out, field.step);
  refuse("is missing, and cannot be null", {});
  name_problem(plan_->name(field));
  return false;
}

bool Encoder::fill(Buffer& out, std::uint32_t index) {
  return append_nothing(out, *plan_, index) || refuse("is nested too deeply", {});
}

bool Encoder::list(Buffer& out, const Step& step, std::string_view json) {
  if (json.front() != '[') return refuse("is no array", json);
  std::int64_t count = 0;
  std::string_view item;
  for (ndjson::ArrayCursor cursor(json); cursor.next(item);) ++count;
  if (count > 0) append_long(out, count);
  for (ndjson::ArrayCursor cursor(json); cursor.next(item);) {
    if (!value(out, step.first, {item, {}})) return false;
  }
  append_long(out, 0);
  return true;
}

bool Encoder::map(Buffer& out, const Step& step, const Value& value) {
  if (value.json.front() != '{') return refuse("is no map", value.json);
  std::int64_t count = 0;
  std::string_view name;
  Value inner;
  for (Members members(value); members.next(name, inner);) ++count;
  if (count > 0) append_long(out, count);
  for (Members members(value); members.next(name, inner);) {
    // the quotes stand around the name
    const std::string_view token{name.data() - 1, name.size() + 2};
    if (!text_like(out, Step{.operation = Operation::string}, {token, {}})) return false;
    if (!this->value(out, step.first, inner)) {
      name_problem(name);
      return false;
    }
  }
  append_long(out, 0);
  return true;
}

bool Encoder::pair(Buffer& out, const Step& step, std::string_view json) {
  if (json.front() != '[') return refuse("is no pair", json);
  std::string_view item;
  std::uint32_t count = 0;
  for (ndjson::ArrayCursor cursor(json); cursor.next(item); ++count) {
    if (count == 2) return refuse("is no pair", json);
    if (!field(out, plan_->field(step.first + count), {item, {}})) return false;
  }
  return count == 2 || refuse("is no pair", json);
}

// The first branch that takes the value.
bool Encoder::branch(Buffer& out, const Step& step, const Value& value) {
  const auto begin = out.size();
  for (std::uint32_t i = 0; i < step.count; ++i) {
    append_long(out, i);
    if (this->value(out, plan_->branch(step.first + i), value)) return true;
    out.cut(begin);
  }
  return refuse("fits no branch of the union", value.json);
}

}  // namespace cdckit::avro
