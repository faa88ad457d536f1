#include "tools/pg-load/table/row_encoder.hpp"

#include "common/base/error.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cdckit::pg_load {
namespace {

const FieldProblem kUnknownMember{
    .code = "42703",
    .reason = "the table has no such column",
    .hint = "--alter adds missing columns, --ignore-extra and --extra-to do without them."};
const FieldProblem kMissingKey{"23502", "the key is missing"};
const FieldProblem kMissingColumn{"23502", "the member is missing"};
const FieldProblem kNameTwice{"42701", "cut to 63 bytes its name is that of another member"};
const FieldProblem kExtraTwice{"42701", "it takes unknown members, and the row fills it itself"};

// Nearly every name of a row is compared once, and nearly always equal: no call for a short one.
bool same_text(std::string_view one, std::string_view other) noexcept {
  const std::size_t size = one.size();
  if (size != other.size() || size == 0) return false;
  if (size < 4)
    return one.front() == other.front() && one[size / 2] == other[size / 2] &&
           one.back() == other.back();
  if (size < 8)
    return std::memcmp(one.data(), other.data(), 4) == 0 &&
           std::memcmp(one.data() + size - 4, other.data() + size - 4, 4) == 0;
  if (size > 16) return std::memcmp(one.data(), other.data(), size) == 0;
  return std::memcmp(one.data(), other.data(), 8) == 0 &&
         std::memcmp(one.data() + size - 8, other.data() + size - 8, 8) == 0;
}

std::size_t find_extra_column(const TargetTable& target, const std::string& name) {
  const auto column = target.find(name);
  const bool json = column && (target.columns[*column].codec == Codec::json ||
                               target.columns[*column].codec == Codec::jsonb);
  if (json) return *column;
  throw base::Error(
      base::ErrorKind::unavailable,
      "could not use column \"" + name + "\" of table \"" + display_name(target.name) +
          "\" for other members: " + (column ? "it is not jsonb" : "there is no such column"));
}

}  // namespace

RowEncoder::RowEncoder(TargetTable& target, EncoderSettings settings)
    : target_(target),
      settings_(std::move(settings)),
      is_active_(target.columns.size()),
      masked_columns_(target.columns.size()),
      values_(target.columns.size()) {
  for (const std::size_t column : target.key) activate(column);
  if (!settings_.extra_to.empty()) extra_.column = find_extra_column(target, settings_.extra_to);
  if (settings_.missing != Missing::use_null) return;
  for (std::size_t i = 0; i < target.columns.size(); ++i) {
    if (!target.columns[i].generated && !target.columns[i].identity_always) activate(i);
  }
}

void RowEncoder::activate(std::size_t column) {
  if (is_active_[column]) return;
  is_active_[column] = true;
  active_.push_back(column);
}

RowStatus RowEncoder::fail(const FieldProblem& problem, std::string_view column) {
  problem_.what = &problem;
  problem_.column = column;
  problem_.type.clear();
  problem_.value = {};
  return RowStatus::bad;
}

RowStatus RowEncoder::fail(const FieldProblem& problem, std::size_t column) {
  fail(problem, target_.columns[column].name);
  problem_.type = target_.columns[column].type;
  const std::string_view given = values_[column].json;
  problem_.value = given.empty() || ndjson::is_null(given) ? std::string_view() : given;
  return RowStatus::bad;
}

std::string RowEncoder::problem_text() const {
  return column_problem(display_name(target_.name),
                        problem_.column,
                        problem_.type,
                        problem_.what->reason,
                        problem_.value);
}

std::size_t RowEncoder::column_for(std::string_view raw_name, std::size_t place) {
  if (place < expected_.size() && same_text(expected_[place].name, raw_name))
    return expected_[place].column;
  return look_up(raw_name, place);
}

std::size_t RowEncoder::look_up(std::string_view raw_name, std::size_t place) {
  std::string_view name = raw_name;
  if (raw_name.find('\\') != std::string_view::npos) {
    scratch_.assign(1, '"').append(raw_name).push_back('"');
    std::string text;
    ndjson::append_unescaped(text, scratch_);
    scratch_ = std::move(text);
    name = scratch_;
  }
  const std::size_t column = target_.find(name).value_or(kNone);
  if (place >= expected_.size()) expected_.resize(place + 1);
  if (column != kNone) expected_[place] = {target_.columns[column].name, column};
  return column;
}

void RowEncoder::clear() {
  std::fill(values_.begin(), values_.end(), Value());
  std::fill(masked_columns_.begin(), masked_columns_.end(), false);
}

RowStatus RowEncoder::read(const ndjson::Object& object) {
  clear();
  extra_.text.clear();
  bool grown = false;
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  for (std::size_t place = 0; cursor.next(member); ++place) {
    const std::size_t column = column_for(member.name, place);
    if (column == kNone) {
      const RowStatus status = take_unknown(member);
      if (status != RowStatus::good) return status;
      continue;
    }
    if (target_.columns[column].generated) continue;
    if (member.name.size() > kLongestName && !missing(column)) return fail(kNameTwice, member.name);
    values_[column] = {member.value, member.plain};
    if (is_active_[column]) continue;
    activate(column);
    grown = true;
  }
  if (!extra_.text.empty() && give_extra(grown) == RowStatus::bad) return RowStatus::bad;
  return grown ? RowStatus::grown : RowStatus::good;
}

RowStatus RowEncoder::take_unknown(const ndjson::Member& member) {
  if (settings_.ignore_extra) return RowStatus::good;
  if (extra_.column == kNone) {
    fail(kUnknownMember, member.name);
    return settings_.report_extra ? RowStatus::unknown : RowStatus::bad;
  }
  extra_.text.append(extra_.text.empty() ? "{\"" : ",\"").append(member.name).append("\":");
  extra_.text.append(member.value);
  return RowStatus::good;
}

RowStatus RowEncoder::give_extra(bool& grown) {
  if (!missing(extra_.column)) return fail(kExtraTwice, settings_.extra_to);
  extra_.text += '}';
  values_[extra_.column] = {extra_.text, false};
  grown = grown || !is_active_[extra_.column];
  activate(extra_.column);
  return RowStatus::good;
}

void RowEncoder::read_key(const ndjson::Object& object) {
  ndjson::ObjectCursor cursor(object);
  ndjson::Member member;
  while (cursor.next(member)) {
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const auto column = target_.find(ndjson::unescape(quoted, scratch_));
    if (column && target_.is_key(*column) && missing(*column))
      values_[*column] = {member.value, member.plain};
  }
}

void RowEncoder::mask(std::string_view array_of_names) {
  ndjson::ArrayCursor cursor(array_of_names);
  std::string_view token;
  while (cursor.next(token)) {
    const auto column = target_.find(ndjson::unescape(token, scratch_));
    if (!column) continue;
    masked_columns_[*column] = true;
    values_[*column] = {};
  }
}

RowStatus RowEncoder::append(std::string& out, bool with_mask) {
  const std::size_t begin = out.size();
  append_mask(out);
  if (!with_mask) out.resize(begin);
  const RowStatus status = append_columns(out, false, with_mask && settings_.pack);
  return status == RowStatus::good && settings_.missing == Missing::error ? check_all_given()
                                                                          : status;
}

RowStatus RowEncoder::append_key_only(std::string& out) {
  masked_ = false;
  append_null_field(out);
  return append_columns(out, true, settings_.pack);
}

RowStatus RowEncoder::check_all_given() {
  for (std::size_t i = 0; i < target_.columns.size(); ++i) {
    if (missing(i) && !masked_columns_[i] && !target_.columns[i].generated)
      return fail(kMissingColumn, i);
  }
  return RowStatus::good;
}

// The mask has one bit for each column of the table; get_bit() counts from the lowest bit.
void RowEncoder::append_mask(std::string& out) {
  masked_ = false;
  needs_mask_ = false;
  const std::size_t at = out.size();
  const std::size_t bytes = (target_.columns.size() + 7) / 8;
  append_big_endian(out, static_cast<std::int32_t>(bytes));
  out.append(bytes, '\0');
  bool any = false;
  for (std::size_t column = 0; column < values_.size(); ++column) {
    if (!missing(column) || !mask_matters(column)) continue;
    any = true;
    masked_ = masked_ || is_active_[column];
    needs_mask_ = needs_mask_ || masked_columns_[column] ||
                  (is_active_[column] && !target_.columns[column].default_expression.empty());
    char& byte = out[at + 4 + column / 8];
    byte = static_cast<char>(static_cast<unsigned char>(byte) | (1U << (column % 8)));
  }
  if (any) return;
  out.resize(at);
  append_null_field(out);
}

bool RowEncoder::mask_matters(std::size_t column) const {
  if (masked_columns_[column]) return is_active_[column];
  return settings_.missing == Missing::use_default &&
         (is_active_[column] || settings_.mask_inactive);
}

RowStatus RowEncoder::append_field(std::size_t column, std::string& out) {
  const RowStatus status = append_as(target_.columns[column].codec, column, out);
  if (status == RowStatus::recoded) target_.columns[column].codec = Codec::cast;
  return status;
}

RowStatus RowEncoder::append_as(Codec codec, std::size_t column, std::string& out) {
  const Value& value = values_[column];
  if (value.json.empty() || ndjson::is_null(value.json)) {
    append_null_field(out);
    return RowStatus::good;
  }
  const FieldProblem* problem = fields_.encode(codec, value.json, value.plain, out);
  if (problem == nullptr) return RowStatus::good;
  return problem->ask_server ? RowStatus::recoded : fail(*problem, column);
}

RowStatus RowEncoder::append_columns(std::string& out, bool key_only, bool pack) {
  key_.offset = out.size();
  bool rest = false;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    const std::size_t column = active_[i];
    if (pack && target_.packs(column)) {
      rest = true;
      continue;
    }
    const bool key = i < target_.key.size();
    if (key && (missing(column) || ndjson::is_null(values_[column].json)))
      return fail(kMissingKey, column);
    if (!key && key_only) {
      append_null_field(out);
      continue;
    }
    const RowStatus status = append_field(column, out);
    if (status != RowStatus::good) return status;
    if (key) key_.length = out.size() - key_.offset;
  }
  return rest ? append_packed(out, key_only) : RowStatus::good;
}

// One field: an array of texts (type 25), as array_send() would write it.
RowStatus RowEncoder::append_packed(std::string& out, bool key_only) {
  constexpr std::int32_t kText = 25;
  if (key_only) {
    append_null_field(out);
    return RowStatus::good;
  }
  const std::size_t begin = out.size();
  const std::size_t count = target_.columns.size() - target_.packed_from;
  for (const std::int32_t head : {0, 1, 1, kText, static_cast<std::int32_t>(count), 1})
    append_big_endian(out, head);
  for (std::size_t column = target_.packed_from; column < target_.columns.size(); ++column) {
    const Codec codec = target_.columns[column].codec;
    const bool json = codec == Codec::json || codec == Codec::jsonb;
    const Codec form = json ? Codec::json : std::max(codec, Codec::cast);
    if (target_.is_key(column)) {
      append_null_field(out);
    } else if (append_as(form, column, out) != RowStatus::good) {
      return RowStatus::bad;
    }
  }
  store_big_endian(out.data() + begin, static_cast<std::int32_t>(out.size() - begin - 4));
  return RowStatus::good;
}

}  // namespace cdckit::pg_load
