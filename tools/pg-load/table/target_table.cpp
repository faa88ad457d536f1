#include "tools/pg-load/table/target_table.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/pg/catalog_sql.hpp"

#include <algorithm>
#include <array>

namespace cdckit::pg_load {
namespace {

// A domain may lie over others: what counts is the type below all of them.
constexpr const char* kColumnQuery = R"sql(
WITH RECURSIVE below AS (
  SELECT a.attnum, a.atttypid AS type, a.atttypmod AS modifier, false AS strict
  FROM pg_attribute a WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT l.attnum, t.typbasetype, t.typtypmod, l.strict OR t.typnotnull
  FROM below l JOIN pg_type t ON t.oid = l.type WHERE t.typtype = 'd')
SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1),
       CASE WHEN a.attidentity <> '' THEN
         format('nextval(%L::regclass)', pg_get_serial_sequence($1::oid::regclass::text, a.attname))
       WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
       a.attnotnull, a.attidentity = 'a', a.attgenerated <> '',
       format_type(b.oid, -1), b.typtype, b.typcategory, (a.atttypmod >= 0 OR l.modifier >= 0),
       b.typname, coalesce(e.typname, ''), format_type(b.oid, l.modifier), l.strict,
       CASE WHEN a.attcollation <> b.typcollation THEN
         (SELECT format('%I.%I', n.nspname, c.collname) FROM pg_collation c
          JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = a.attcollation) END,
       coalesce((SELECT c.collisdeterministic FROM pg_collation c WHERE c.oid = a.attcollation), true),
       (SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
        FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
        JOIN pg_amop p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3
             AND p.amoplefttype = c.opcintype AND p.amoprighttype = c.opcintype
        JOIN pg_operator o ON o.oid = p.amopopr JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE c.opcdefault AND c.opcintype = b.oid LIMIT 1)
FROM pg_attribute a
JOIN below l ON l.attnum = a.attnum
JOIN pg_type b ON b.oid = l.type AND b.typtype <> 'd'
LEFT JOIN pg_type e ON e.oid = b.typelem AND b.typcategory = 'A'
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::oid ORDER BY a.attnum)sql";

constexpr const char* kKeyQuery = R"sql(
SELECT a.attname FROM pg_index i, unnest({key}) WITH ORDINALITY AS k(number, place)
JOIN pg_attribute a ON a.attnum = k.number
WHERE i.indrelid = $1::oid AND i.indisprimary AND a.attrelid = i.indrelid ORDER BY k.place)sql";

// For each usable index: unique or excluding, and the names of its columns; an expression is null.
constexpr const char* kIndexQuery = R"sql(
SELECT i.indisunique OR i.indisexclusion, m.amname = 'btree' AND i.indpred IS NULL,
       (SELECT count(*) FROM unnest({key}) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= $3::int AND a.attname = ANY ($2::name[])),
       i.indnkeyatts
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = $1::oid AND i.indisvalid)sql";

constexpr const char* kTableQuery = R"sql(
SELECT c.oid, n.nspname, c.relname, c.relkind = 'r' AND current_setting('track_counts')::boolean
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'f'))sql";

std::string with_key(const char* sql) {
  return pg::filled(sql, "{key}", pg::key_columns("i"));
}

bool is_true(const pg::Result& result, int row, int column) {
  return result.at(row, column) == "t";
}

Column read_column(const pg::Result& result, int row) {
  Column column;
  column.name = result.text(row, 0);
  column.type = result.text(row, 1);
  column.base_type = result.text(row, 2);
  if (!result.is_null(row, 3)) column.default_expression = result.text(row, 3);
  column.not_null = is_true(result, row, 4);
  column.identity_always = is_true(result, row, 5);
  column.generated = is_true(result, row, 6);
  const TypeFacts facts{.base_type = result.text(row, 7),
                        .kind = result.at(row, 8).front(),
                        .category = result.at(row, 9).front(),
                        .modified = is_true(result, row, 10),
                        .name = result.text(row, 11),
                        .element = result.text(row, 12)};
  column.resolved_type = result.text(row, 13);
  if (!result.is_null(row, 15)) column.collation = result.text(row, 15);
  if (!result.is_null(row, 17)) column.equals = result.text(row, 17);
  column.codec = codec_for(facts);
  column.exact = compares_exactly(facts);
  column.same_bytes = compares_by_bytes(facts) && is_true(result, row, 16);
  return column;
}

std::string take_part(std::string_view& text) {
  std::string part;
  if (text.empty() || text.front() != '"') {
    const std::size_t end = std::min(text.find('.'), text.size());
    part = base::to_lower(text.substr(0, end));
    text.remove_prefix(end);
    return part;
  }
  text.remove_prefix(1);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' && (text.empty() || text.front() != '"')) return part;
    if (c == '"') text.remove_prefix(1);
    part.push_back(c);
  }
  return {};
}

}  // namespace

std::string_view cut_name(std::string_view name) noexcept {
  if (name.size() <= kLongestName) return name;
  std::size_t end = kLongestName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end);
}

std::optional<std::size_t> TargetTable::find(std::string_view column) const noexcept {
  column = cut_name(column);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == column) return i;
  }
  return std::nullopt;
}

bool TargetTable::is_key(std::size_t column) const noexcept {
  return std::find(key.begin(), key.end(), column) != key.end();
}

bool TargetTable::key_by_bytes() const noexcept {
  return std::all_of(
      key.begin(), key.end(), [&](std::size_t column) { return columns[column].same_bytes; });
}

TableName parse_table_name(std::string_view text) {
  std::string_view rest = text;
  TableName name;
  name.table = take_part(rest);
  const bool qualified = rest.starts_with('.');
  if (qualified) {
    rest.remove_prefix(1);
    name.schema = std::move(name.table);
    name.table = take_part(rest);
  }
  if (name.table.empty() || !rest.empty() || (qualified && name.schema.empty())) {
    throw base::Error(base::ErrorKind::usage,
                      "could not read table name \"" + std::string(text) + "\"",
                      "Write TABLE or SCHEMA.TABLE, with \"...\" around a name that has other than "
                      "lower-case letters.");
  }
  name.schema = cut_name(name.schema);
  name.table = cut_name(name.table);
  return name;
}

std::string display_name(const TableName& name) {
  return name.schema.empty() ? name.table : name.schema + "." + name.table;
}

Codec codec_for(const TypeFacts& facts) noexcept {
  if (facts.name == "hstore" && facts.kind == 'b') return Codec::hstore;
  if (facts.element == "hstore") return Codec::hstore_array;
  // A range or enum is written as a string; arrays and composites come as JSON of their own.
  if (facts.category == 'A' || facts.kind == 'c') return Codec::populate;
  return facts.kind == 'b' ? codec_for_type(facts.base_type) : Codec::cast;
}

bool compares_exactly(const TypeFacts& facts) noexcept {
  constexpr std::array<std::string_view, 15> kExact{"boolean",
                                                    "smallint",
                                                    "integer",
                                                    "bigint",
                                                    "real",
                                                    "double precision",
                                                    "text",
                                                    "character varying",
                                                    "bpchar",
                                                    "date",
                                                    "timestamp without time zone",
                                                    "timestamp with time zone",
                                                    "time without time zone",
                                                    "uuid",
                                                    "bytea"};
  if (facts.base_type == "numeric")
    return facts.modified;  // else 1.0 and 1.00 are equal, yet differ
  return facts.kind == 'b' &&
         std::find(kExact.begin(), kExact.end(), facts.base_type) != kExact.end();
}

bool compares_by_bytes(const TypeFacts& facts) noexcept {
  constexpr std::array<std::string_view, 11> kExact{"boolean",
                                                    "smallint",
                                                    "integer",
                                                    "bigint",
                                                    "text",
                                                    "character varying",
                                                    "date",
                                                    "timestamp without time zone",
                                                    "timestamp with time zone",
                                                    "uuid",
                                                    "bytea"};
  // A modifier may round what comes, as timestamp(0) does.
  const bool rounds = facts.modified && facts.base_type != "character varying";
  return facts.kind == 'b' && !rounds &&
         std::find(kExact.begin(), kExact.end(), facts.base_type) != kExact.end();
}

std::optional<TargetTable> describe_table(pg::Connection& connection, const TableName& name) {
  const pg::Parameter by_name[] = {name.schema, name.table};
  const pg::Result found = connection.query(kTableQuery, by_name);
  if (found.rows() == 0) return std::nullopt;
  TargetTable target;
  target.oid = static_cast<std::uint32_t>(base::parse_unsigned(found.at(0, 0)).value_or(0));
  target.name = {.schema = found.text(0, 1), .table = found.text(0, 2)};
  target.counted = is_true(found, 0, 3);
  target.merges = connection.server_version() >= 150000;
  const pg::Parameter by_oid[] = {found.at(0, 0)};
  const pg::Result columns = connection.query(kColumnQuery, by_oid);
  for (int row = 0; row < columns.rows(); ++row) {
    target.columns.push_back(read_column(columns, row));
    target.strict_domains = target.strict_domains || is_true(columns, row, 14);
  }
  if (target.columns.size() > kWideTable) target.packed_from = kStagedAlone;
  const pg::Result key = connection.query(with_key(kKeyQuery), by_oid);
  for (int row = 0; row < key.rows(); ++row)
    target.key.push_back(target.find(key.at(row, 0)).value());
  return target;
}

void describe_indexes(pg::Connection& connection, TargetTable& target) {
  std::string names = "{";
  for (const std::size_t column : target.key) {
    names += names.size() > 1 ? ",\"" : "\"";
    for (const char c : target.columns[column].name) {
      if (c == '"' || c == '\\') names += '\\';
      names += c;
    }
    names += '"';
  }
  names += '}';
  const std::string oid = std::to_string(target.oid);
  const std::string size = std::to_string(target.key.size());
  const pg::Parameter parameters[] = {oid, names, size};
  const pg::Result indexes = connection.query(with_key(kIndexQuery), parameters);
  target.key_indexed = false;
  target.other_unique = false;
  for (int row = 0; row < indexes.rows(); ++row) {
    // All columns of the key lead the index.
    const bool leads = !target.key.empty() && indexes.at(row, 2) == size;
    if (leads && is_true(indexes, row, 1)) target.key_indexed = true;
    const bool exactly = leads && indexes.at(row, 3) == size;
    if (is_true(indexes, row, 0) && !exactly) target.other_unique = true;
  }
}

void choose_key(TargetTable& target, const std::vector<std::string>& names) {
  target.key.clear();
  for (const std::string& name : names) {
    const auto found = target.find(name);
    if (!found) {
      throw base::Error(base::ErrorKind::unavailable,
                        "could not use key column \"" + name + "\" of table \"" +
                            display_name(target.name) + "\": there is no such column");
    }
    target.key.push_back(*found);
  }
}

}  // namespace cdckit::pg_load
