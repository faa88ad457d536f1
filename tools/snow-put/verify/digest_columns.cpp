#include "tools/snow-put/verify/digest_columns.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/canonical.hpp"
#include "common/ndjson/validator.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>

namespace cdckit::snow_put {
namespace {

using snow::TypeFamily;

// Of the source's types that are kept as text those whose text is never JSON.
constexpr std::array<std::string_view, 34> kTexts = {"text",        "character varying",
                                                     "varchar",     "character",
                                                     "bpchar",      "\"char\"",
                                                     "uuid",        "name",
                                                     "xml",         "inet",
                                                     "cidr",        "macaddr",
                                                     "macaddr8",    "interval",
                                                     "money",       "bit",
                                                     "bit varying", "tsvector",
                                                     "tsquery",     "point",
                                                     "line",        "lseg",
                                                     "box",         "path",
                                                     "polygon",     "circle",
                                                     "pg_lsn",      "int4range",
                                                     "int8range",   "numrange",
                                                     "tsrange",     "tstzrange",
                                                     "daterange",   "time with time zone"};

std::string base_name(std::string_view type) {
  const std::size_t open = type.find('(');
  if (open == std::string_view::npos) return std::string(type);
  const std::size_t close = type.find(')', open);
  std::string name(type.substr(0, open));
  if (close != std::string_view::npos) name += type.substr(close + 1);
  return name;
}

std::string without_zeros(const std::string& text) {
  return "RTRIM(RTRIM(" + text + ", '0'), '.')";
}

std::string text_sql(const std::string& column, std::string_view source_type) {
  const std::string type = base_name(source_type);
  if (type != "numeric" && type != "decimal") return column;
  return "IFF(CONTAINS(" + column + ", '.'), " + without_zeros(column) + ", " + column + ")";
}

void fill(DigestColumn& out, const snow::TableColumn& column, std::string_view source_type) {
  const std::string name = snow::sql_name(column.name);
  out.sql = name;
  switch (column.parsed.family) {
    case TypeFamily::number:
      out.sql = name + "::VARCHAR";
      if (column.parsed.scale > 0) out.sql = without_zeros(out.sql);
      return;
    case TypeFamily::boolean:
      out.sql = "CASE WHEN " + name + " THEN 'true' WHEN NOT " + name + " THEN 'false' END";
      return;
    case TypeFamily::real:
      out.form = CellForm::real;
      return;
    case TypeFamily::binary:
      out.sql = "LOWER(TO_VARCHAR(" + name + ", 'HEX'))";
      return;
    case TypeFamily::date:
      out.sql = "TO_VARCHAR(" + name + ", 'YYYY-MM-DD')";
      return;
    case TypeFamily::time:
      out.sql = without_zeros("TO_VARCHAR(" + name + ", 'HH24:MI:SS.FF6')");
      return;
    case TypeFamily::timestamp:
      out.sql = "TO_VARCHAR(" + name + R"(, 'YYYY-MM-DD"T"HH24:MI:SS.FF6'))";
      return;
    case TypeFamily::timestamp_zone:
      out.sql = "TO_VARCHAR(CONVERT_TIMEZONE('UTC', " + name +
                R"(), 'YYYY-MM-DD"T"HH24:MI:SS.FF6') || 'Z')";
      return;
    case TypeFamily::variant:
    case TypeFamily::other:
      out.form = CellForm::document;
      return;
    case TypeFamily::text:
      break;
  }
  const std::string type = base_name(source_type);
  out.sql = text_sql(name, source_type);
  const bool plain =
      out.sql != name || std::find(kTexts.begin(), kTexts.end(), type) != kTexts.end();
  if (!plain) out.form = CellForm::maybe;
}

void append_real(std::string& text, std::string_view cell) {
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) {
    text += cell;
  } else if (std::isnan(value)) {
    text += "NaN";
  } else if (std::isinf(value)) {
    text += value < 0 ? "-Infinity" : "Infinity";
  } else {
    ndjson::append_canonical_number(text, value);
  }
}

bool is_json(std::string_view text) {
  if (text.empty() || (text.front() != '{' && text.front() != '[')) return false;
  thread_local ndjson::Validator validator;
  return validator.check_value(text, false) == nullptr;
}

}  // namespace

std::vector<DigestColumn> digest_columns(const event::TableSchema& source,
                                         const snow::TableDescription& mirror) {
  std::vector<DigestColumn> columns;
  for (const event::Column& column : source.columns) {
    DigestColumn out;
    out.source = column.name;
    out.name = snow::column_name(column.name);
    out.in_key = std::find(source.key.begin(), source.key.end(), column.name) != source.key.end();
    const snow::TableColumn* found = mirror.find(out.name);
    if (found == nullptr) {
      throw base::Error(base::ErrorKind::unavailable,
                        "could not compare column \"" + column.name + "\" of \"" + source.schema +
                            "." + source.table + "\": the mirror has none");
    }
    fill(out, *found, column.stored_type());
    columns.push_back(std::move(out));
  }
  std::sort(
      columns.begin(), columns.end(), [](const DigestColumn& left, const DigestColumn& right) {
        return left.source < right.source;
      });
  return columns;
}

void append_cell(std::string& out, CellForm form, const snow::Cell& cell) {
  const bool is_null = !cell || (form == CellForm::document && *cell == "null");
  if (is_null) {
    out += "\\N";
    return;
  }
  std::string text;
  if (form == CellForm::real) {
    append_real(text, *cell);
  } else if (form == CellForm::document || (form == CellForm::maybe && is_json(*cell))) {
    ndjson::append_canonical(text, *cell);
  } else {
    text = *cell;
  }
  for (const char c : text) {
    if (c == '\\' || c == ',') out += '\\';
    out += c;
  }
}

std::string escaped_sql(const std::string& cell) {
  return "COALESCE(REPLACE(REPLACE(" + cell + ", " + snow::sql_text("\\") + ", " +
         snow::sql_text("\\\\") + "), ',', " + snow::sql_text("\\,") + "), " +
         snow::sql_text("\\N") + ")";
}

std::string row_text_sql(const std::vector<DigestColumn>& columns, bool keys_only) {
  const bool keyless = std::none_of(
      columns.begin(), columns.end(), [](const DigestColumn& column) { return column.in_key; });
  std::string sql;
  for (const DigestColumn& column : columns) {
    if (keys_only && !keyless && !column.in_key) continue;
    if (!sql.empty()) sql += " || ',' || ";
    sql += escaped_sql(column.sql);
  }
  return sql.empty() ? "''" : sql;
}

}  // namespace cdckit::snow_put
