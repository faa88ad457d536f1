#include "tools/pg-load/table/type_names.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/debezium/connect_schema.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>

namespace cdckit::pg_load {
namespace {

using base::ErrorKind;

// No types of their own, but words that a column may be declared with.
constexpr std::array<std::string_view, 6> kSerials{
    "serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"};

constexpr const char* kType = R"sql(
SELECT CASE WHEN $2 = '' AND $1 !~ '"|bpchar' THEN pg_catalog.format_type(t, NULL)
       ELSE pg_catalog.format_type(t, -1) END
FROM (SELECT pg_catalog.to_regtype($1) AS t) AS found WHERE t IS NOT NULL)sql";

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Outside of quotes: words, dots, spaces and brackets; nothing that could end a type's name.
bool is_name(std::string_view text) noexcept {
  bool quoted = false;
  for (const char c : text) {
    if (c == '\0') return false;
    if (c == '"') quoted = !quoted;
    if (quoted || c == '"') continue;
    if (!is_word(c) && c != '.' && c != ' ' && c != '[' && c != ']' && c != '$') return false;
  }
  return !quoted && !base::trim(text).empty();
}

bool are_modifiers(std::string_view text) noexcept {
  return std::all_of(
             text.begin(),
             text.end(),
             [](char c) { return is_word(c) || c == ',' || c == ' ' || c == '-' || c == '+'; }) &&
         text.find("--") == std::string_view::npos;
}

std::size_t find_outside_quotes(std::string_view text, char wanted) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && text[i] == wanted) return i;
  }
  return std::string_view::npos;
}

bool is_interval_with_fields(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWords{
      "interval", "year", "month", "day", "hour", "minute", "second", "to"};
  const std::vector<std::string> words = base::split(name, ' ');
  return words.size() > 1 && words.front() == "interval" &&
         std::all_of(words.begin(), words.end(), [&](const std::string& word) {
           return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
         });
}

base::Error no_type(const TableName& table, const event::Column& column) {
  return {ErrorKind::data,
          "could not use the type \"" + column.type + "\" of column \"" + column.name +
              "\" of table \"" + display_name(table) + "\": it is no name of a type"};
}

base::Error missing_type(const TableName& table, const event::Column& column) {
  return {ErrorKind::unavailable,
          "could not make column \"" + column.name + "\" of table \"" + display_name(table) +
              "\": type \"" + column.type + "\" is not there",
          "Make it first (CREATE TYPE " + column.type +
              " AS ENUM (..), CREATE EXTENSION ..), or take the source's over: pg_dump "
              "--schema-only SOURCE | psql TARGET."};
}

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

// The labels of an enum in its Connect schema: `allowed`, a list with commas.
std::vector<std::string> labels_of(std::string_view connect, const std::string& column) {
  if (connect.empty()) return {};
  const std::string_view value = ndjson::find_member(connect, "value");
  if (!value.starts_with('{')) return {};
  for (auto [name, schema] : debezium::row_fields(value)) {
    if (name != column) continue;
    const std::string_view items = ndjson::find_member(schema, "items");
    if (items.starts_with('{')) schema = items;
    if (ndjson::find_member(schema, "name") != "\"io.debezium.data.Enum\"") return {};
    const std::string_view parameters = ndjson::find_member(schema, "parameters");
    std::string scratch;
    if (!parameters.starts_with('{')) return {};
    const std::string_view allowed = ndjson::find_member(parameters, "allowed");
    if (allowed.size() < 2) return {};
    return base::split(ndjson::unescape(allowed, scratch), ',');
  }
  return {};
}

class Types {
 public:
  Types(Session& session, const TableName& table, bool create, std::string_view connect)
      : session_(session), table_(table), create_(create), connect_(connect) {}

  std::string safe(const event::Column& column) {
    std::string text(base::trim(column.type));
    if (std::find(kSerials.begin(), kSerials.end(), base::to_lower(text)) != kSerials.end())
      return text;
    const auto pieces = take_type_apart(text);
    if (!pieces) throw no_type(table_, column);
    if (is_interval_with_fields(base::to_lower(pieces->name)))
      return pieces->name + pieces->modifiers;
    std::optional<std::string> name = ask(*pieces, column);
    if (!name && create_ && make_enum(*pieces, column)) name = ask(*pieces, column);
    if (!name) throw missing_type(table_, column);
    return put_type_together(*name, pieces->modifiers);
  }

 private:
  std::optional<std::string> ask(const TypePieces& pieces, const event::Column& column) {
    const pg::Parameter parameters[] = {pieces.name, pieces.modifiers};
    try {
      const pg::Result result = session_.connection().query(kType, parameters);
      return result.rows() == 0 ? std::nullopt : std::optional(result.text(0, 0));
    } catch (const pg::ServerError& error) {
      if (!error.sqlstate().starts_with("42")) throw;
      throw no_type(table_, column);
    }
  }

  bool make_enum(const TypePieces& pieces, const event::Column& column) {
    const std::vector<std::string> labels = labels_of(connect_, column.name);
    if (labels.empty() || !pieces.modifiers.empty()) return false;
    std::string_view name = pieces.name;
    while (name.ends_with("[]")) name.remove_suffix(2);
    const TableName type = parse_table_name(name);
    const std::string quoted = type.schema.empty() ? pg::quote_identifier(type.table)
                                                   : pg::quote_name(type.schema, type.table);
    std::string sql;
    if (!type.schema.empty())
      sql = "CREATE SCHEMA IF NOT EXISTS " + pg::quote_identifier(type.schema) + "; ";
    sql += "CREATE TYPE " + quoted + " AS ENUM (";
    for (const std::string& label : labels)
      sql += (&label == labels.data() ? "" : ", ") + quote_text(label);
    session_.connection().execute(sql + ")");
    log::info("created type " + quoted);
    return true;
  }

  Session& session_;
  const TableName& table_;
  bool create_;
  std::string_view connect_;
};

void cut_names(const TableName& table, std::vector<event::Column>& columns) {
  for (event::Column& column : columns) {
    if (column.name.find('\0') != std::string::npos)
      throw base::Error(ErrorKind::data,
                        "could not make a column of table \"" + display_name(table) +
                            "\": its name holds the character \\u0000");
    const std::string whole = column.name;
    column.name = cut_name(whole);
    for (const event::Column& other : columns) {
      if (&other == &column) break;
      if (other.name != column.name) continue;
      throw base::Error(ErrorKind::data,
                        "could not make column \"" + whole + "\" of table \"" +
                            display_name(table) + "\": cut to " + std::to_string(kLongestName) +
                            " bytes it is \"" + column.name + "\" like another one",
                        "Give one of them a shorter name.");
    }
  }
}

}  // namespace

std::optional<TypePieces> take_type_apart(std::string_view text) {
  TypePieces pieces{.name = std::string(text), .modifiers = {}};
  const std::size_t open = find_outside_quotes(text, '(');
  if (open != std::string_view::npos) {
    const std::size_t close = text.find(')', open);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view inside = text.substr(open + 1, close - open - 1);
    if (inside.empty() || !are_modifiers(inside)) return std::nullopt;
    pieces.modifiers = text.substr(open, close - open + 1);
    pieces.name =
        std::string(base::trim(text.substr(0, open))) + std::string(text.substr(close + 1));
  }
  if (!is_name(pieces.name)) return std::nullopt;
  return pieces;
}

std::string put_type_together(std::string_view server_name, std::string_view modifiers) {
  std::string type(server_name);
  if (modifiers.empty()) return type;
  // `timestamp(3) without time zone`, `numeric(12,2)[]`
  std::size_t at = std::min(type.find(" with"), type.size());
  if (at == type.size()) {
    while (at >= 2 && type.compare(at - 2, 2, "[]") == 0) at -= 2;
  }
  return type.insert(at, modifiers);
}

std::vector<event::Column> safe_columns(Session& session,
                                        const TableName& table,
                                        const std::vector<event::Column>& columns,
                                        bool create,
                                        std::string_view connect) {
  std::vector<event::Column> safe = columns;
  Types types(session, table, create, connect);
  const bool inside = session.connection().in_transaction();
  if (!inside) session.use_search_path();
  try {
    for (event::Column& column : safe) column.type = types.safe(column);
  } catch (const base::Error&) {
    if (!inside) session.empty_search_path();
    throw;
  }
  if (!inside) session.empty_search_path();
  cut_names(table, safe);
  return safe;
}

}  // namespace cdckit::pg_load
