#include "tools/pg-load/table/stage_columns.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

using pg::quote_identifier;

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// A text that is too long for its column is an error, not cut: only what the server rounds of
// itself may be cast to the type with its modifier.
bool rounds(const Column& column) {
  return column.type != column.base_type && column.codec != Codec::text &&
         !is_populated(column.codec) && !column.base_type.starts_with("bit");
}

}  // namespace

std::string join(const std::vector<std::size_t>& columns,
                 std::string_view separator,
                 const std::function<std::string(std::size_t)>& text) {
  std::string out;
  for (const std::size_t column : columns) {
    if (!out.empty()) out += separator;
    out += text(column);
  }
  return out;
}

bool StageColumns::packed(std::size_t column) const {
  return kind_ == StageKind::rows && target_.packs(column);
}

std::string StageColumns::staged_name(std::size_t column) const {
  return packed(column) ? "rest[" + std::to_string(column - target_.packed_from + 1) + "]"
                        : "c" + std::to_string(column);
}

Codec StageColumns::staged_codec(std::size_t column) const {
  const Codec codec = target_.columns[column].codec;
  return packed(column) && codec != Codec::text && !is_populated(codec) ? Codec::cast : codec;
}

std::size_t StageColumns::staged_fields(const std::vector<std::size_t>& active) const {
  const auto alone = static_cast<std::size_t>(std::count_if(
      active.begin(), active.end(), [&](std::size_t column) { return !packed(column); }));
  return alone + (alone < active.size() ? 1 : 0);
}

std::string StageColumns::target_column(std::size_t column) const {
  return quote_identifier(target_.columns[column].name);
}

std::string StageColumns::staged(std::size_t column) const {
  return "s." + staged_name(column);
}

std::string StageColumns::origin(std::size_t column) {
  return "s." + origin_name(column);
}

// The assignment to the column casts further, and complains of what does not fit: an explicit cast
// to char(3) would cut silently.
std::string StageColumns::typed(std::size_t column, const std::string& value) const {
  const Column& about = target_.columns[column];
  const Codec codec = staged_codec(column);
  if (is_cast(codec)) return value + "::" + about.base_type;
  return is_populated(codec) ? populated(column, value) : value;
}

// The record is the table's own; where a domain forbids a null, one of this column alone.
std::string StageColumns::populated(std::size_t column, const std::string& value) const {
  const Column& about = target_.columns[column];
  if (target_.strict_domains)
    return "(SELECT r.v FROM pg_catalog.json_to_record(pg_catalog.json_build_object('v', " + value +
           "::json)) AS r(v " + about.type + "))";
  return "(pg_catalog.json_populate_record(NULL::" + target_.quoted() +
         ", pg_catalog.json_build_object(" + quote_text(about.name) + ", " + value +
         (packed(column) ? "::json" : "") + "))).\"" + target_column(column).substr(1);
}

std::string StageColumns::for_match(std::size_t column, const std::string& value) const {
  const Column& about = target_.columns[column];
  const Codec codec = staged_codec(column);
  if (is_populated(codec)) return typed(column, value);
  if (rounds(about)) return value + "::" + about.type;
  if (is_cast(codec)) return typed(column, value);
  // The target's side must stay bare, or its index could not be used.
  return staging_type(codec) == about.base_type ? value : value + "::" + about.base_type;
}

std::string StageColumns::distinct_key() const {
  return join(target_.key, ", ", [&](std::size_t column) {
    const Column& about = target_.columns[column];
    std::string value = staged_for_match(column);
    if (!about.collation.empty()) value = "(" + value + ") COLLATE " + about.collation;
    return value;
  });
}

std::string StageColumns::match(const std::string& target_alias) const {
  return join(target_.key, " AND ", [&](std::size_t c) {
    return target_alias + "." + target_column(c) + " " + target_.columns[c].equals + " " +
           staged_for_match(c);
  });
}

std::string StageColumns::stage_key() const {
  return join(target_.key, ", ", [&](std::size_t c) { return staged_name(c); });
}

std::string StageColumns::origin_name(std::size_t column) {
  return "o" + std::to_string(column);
}

}  // namespace cdckit::pg_load
