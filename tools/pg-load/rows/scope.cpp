#include "tools/pg-load/rows/scope.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

namespace cdckit::pg_load {
namespace {

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// 1.0 and 1.00 differ in the scale that is shown alone: the two bytes behind length, count, weight
// and sign.
void forget_scale(std::string& field, Codec codec) {
  constexpr std::size_t kScale = 10;
  if (codec == Codec::numeric && field.size() >= kScale + 2) field.replace(kScale, 2, 2, '\0');
}

}  // namespace

Scope::Scope(const TargetTable& target, const std::string& column, const std::string& value)
    : table_(display_name(target.name)), name_(column), value_(value) {
  const auto found = target.find(column);
  if (!found) {
    throw base::Error(
        base::ErrorKind::unavailable,
        "could not use --scope: table \"" + table_ + "\" has no column \"" + column + "\"");
  }
  column_ = *found;
  codec_ = target.columns[column_].codec;
  type_ = target.columns[column_].type;
  equals_ = target.columns[column_].equals;
  ndjson::append_string(json_, value);
  if (codec_ >= Codec::cast || fields_.encode(codec_, json_, field_) != nullptr) field_.clear();
  forget_scale(field_, codec_);
}

bool Scope::holds(const RowEncoder& row) {
  if (name_.empty()) return true;
  const std::string_view given = row.value(column_);
  if (given.empty() || ndjson::is_null(given)) return false;
  if (!field_.empty()) {
    scratch_.clear();
    if (fields_.encode(codec_, given, scratch_) == nullptr) {
      forget_scale(scratch_, codec_);
      return scratch_ == field_;
    }
  }
  return given.front() == '"' ? ndjson::unescape(given, scratch_) == value_ : given == value_;
}

std::string Scope::problem_text(const RowEncoder& row) const {
  return column_problem(table_,
                        name_,
                        type_,
                        "the row is not of --scope " + name_ + "=" + value_,
                        row.value(column_));
}

std::string Scope::condition() const {
  return name_.empty()
             ? ""
             : "t." + pg::quote_identifier(name_) + " " + equals_ + " " + quote_text(value_);
}

}  // namespace cdckit::pg_load
