#include "common/pg/digest.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/pg/catalog_sql.hpp"

#include <algorithm>
#include <array>

namespace cdckit::pg {
namespace {

constexpr int kPage = 5000;
constexpr std::size_t kArguments = 90;  // a function takes 100 at most

// {key}: the numbers of the primary key's columns.
constexpr const char* kColumns = R"(
  WITH RECURSIVE part AS (
    SELECT a.attname, a.attgenerated, coalesce(a.attnum = ANY({key}), false) AS in_key,
           t.typtype, t.typbasetype, t.typname, t.typnamespace
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT p.attname, p.attgenerated, p.in_key, t.typtype, t.typbasetype, t.typname, t.typnamespace
      FROM part p JOIN pg_type t ON t.oid = p.typbasetype WHERE p.typtype = 'd')
  SELECT attname, CASE WHEN typnamespace = 'pg_catalog'::regnamespace THEN typname ELSE '' END,
         attgenerated <> '', in_key
    FROM part WHERE typtype <> 'd')";

// Types whose text holds neither a comma nor a backslash.
constexpr std::array kBareTypes{"bool",
                                "int2",
                                "int4",
                                "int8",
                                "oid",
                                "numeric",
                                "date",
                                "float4",
                                "float8",
                                "uuid",
                                "timestamp",
                                "time",
                                "bytea",
                                "timetz",
                                "timestamptz"};

// PostgreSQL's own text begins where the calendar's four digits end.
std::string moment(const std::string& value, const std::string& in_zone, const char* suffix) {
  return "CASE WHEN " + value + " >= '0001-01-01' AND " + value + " < 'infinity' THEN to_char(" +
         in_zone + ", 'YYYY-MM-DD\"T\"HH24:MI:SS.US')" + suffix + " ELSE " + value + "::text END";
}

std::string canonical_value(const DigestColumn& column) {
  const std::string value = "t." + quote_identifier(column.name);
  if (column.type == "numeric") return "trim_scale(" + value + ")::text";
  if (column.type == "bytea") return "encode(" + value + ", 'hex')";
  if (column.type == "timestamp") return moment(value, value, "");
  if (column.type == "timestamptz") return moment(value, value + " AT TIME ZONE 'UTC'", " || 'Z'");
  return value + "::text";
}

std::string escaped_value(const DigestColumn& column) {
  const bool bare = is_bare_type(column.type);
  const std::string value = canonical_value(column);
  return "coalesce(" + (bare ? value : "replace(replace(" + value + R"(, '\', '\\'), ',', '\,'))") +
         R"(, '\N'))";
}

std::string joined(const std::vector<std::string>& values) {
  if (values.empty()) return "''";
  std::vector<std::string> groups;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i % kArguments == 0) groups.emplace_back("concat_ws(','");
    groups.back() += ", " + values[i];
    if (i % kArguments == kArguments - 1 || i + 1 == values.size()) groups.back() += ")";
  }
  return groups.size() == 1 ? groups.front() : joined(groups);
}

std::string row_hash(const DigestTable& table) {
  std::vector<std::string> values;
  for (const auto& column : table.columns) values.push_back(escaped_value(column));
  return "md5(" + joined(values) + ")";
}

std::string key_hash(const DigestTable& table) {
  std::vector<std::string> values;
  for (const auto& column : table.columns) {
    if (std::find(table.key.begin(), table.key.end(), column.name) != table.key.end())
      values.push_back(escaped_value(column));
  }
  return "md5(" + joined(values) + ")";
}

std::string source(const DigestTable& table) {
  std::string out = " FROM ";
  if (table.only) out += "ONLY ";
  out += quote_name(table.schema, table.table) + " t";
  if (!table.condition.empty()) out += " WHERE " + table.condition;
  return out;
}

std::string half_sum(const char* half) {
  return std::string("sum(('x' || ") + half + "(row_hash, 16))::bit(64)::bigint)";
}

// Without a key the row's hash is the key's too, and computed once.
std::string hashes(const DigestTable& table) {
  const std::string row = row_hash(table) + " AS row_hash";
  return table.key.empty() ? row : key_hash(table) + " AS key_hash, " + row;
}

std::string key_column(const DigestTable& table) {
  return table.key.empty() ? "row_hash" : "key_hash";
}

std::string bucket_of(const DigestTable& table, unsigned buckets) {
  return "('x' || left(" + key_column(table) + ", 8))::bit(32)::bigint % " +
         std::to_string(buckets);
}

std::string key_object(const DigestTable& table) {
  if (table.key.empty()) return "'null'";
  std::string columns;
  for (const auto& name : table.key) {
    columns += (columns.empty() ? "t." : ", t.") + quote_identifier(name);
  }
  return "(SELECT row_to_json(k) FROM (SELECT " + columns + ") k)";
}

// Decimal text of a sum, modulo 2^64.
std::uint64_t modulo(std::string_view sum) {
  const bool negative = sum.starts_with('-');
  std::uint64_t value = 0;
  for (const char digit : sum.substr(negative ? 1 : 0)) {
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return negative ? std::uint64_t{0} - value : value;
}

bool listed(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void append_head(std::string& out,
                 const DigestTable& table,
                 std::string_view pos,
                 unsigned bucket) {
  out += "{\"table\":";
  ndjson::append_string(out, table.schema + "." + table.table);
  out += ",\"pos\":\"";
  out += pos;
  out += "\",\"bucket\":" + std::to_string(bucket);
}

void append_digest(std::string& out, const DigestTable& table, std::string_view digest) {
  out += ",\"digest\":\"";
  out += digest;
  out += table.portable ? "\",\"portable\":true}" : "\"}";
}

}  // namespace

bool is_bare_type(std::string_view type) noexcept {
  return std::find(kBareTypes.begin(), kBareTypes.end(), type) != kBareTypes.end();
}

DigestTable describe_digest(Connection& connection, const DigestRequest& request) {
  DigestTable out;
  out.schema = request.schema;
  out.table = request.table;
  const std::string name = quote_name(request.schema, request.table);
  const std::array<Parameter, 1> parameters{Parameter(name)};
  const auto result = connection.query(filled(kColumns, "{key}", key_columns("i")), parameters);
  for (int row = 0; row < result.rows(); ++row) {
    const auto column = result.at(row, 0);
    const bool generated = result.at(row, 2) == "t";
    if (generated && !request.generated) continue;
    if (!request.columns.empty() && !listed(request.columns, column)) continue;
    out.columns.push_back({std::string(column), result.text(row, 1)});
    const bool primary = result.at(row, 3) == "t";
    if (request.key.empty() ? primary : listed(request.key, column)) out.key.emplace_back(column);
  }
  std::sort(out.columns.begin(), out.columns.end(), [](const auto& left, const auto& right) {
    return left.name < right.name;
  });
  std::sort(out.key.begin(), out.key.end());
  return out;
}

std::string bucket_statement(const DigestTable& table, unsigned buckets) {
  return "SELECT " + bucket_of(table, buckets) + ", count(*), " + half_sum("left") + ", " +
         half_sum("right") + " FROM (SELECT " + hashes(table) + source(table) +
         " OFFSET 0) h GROUP BY 1 ORDER BY 1";
}

std::string row_statement(const DigestTable& table, unsigned buckets) {
  const std::string key = key_column(table);
  return "SELECT " + bucket_of(table, buckets) + " AS bucket, " + key +
         ", key, row_hash FROM (SELECT " + hashes(table) + ", " + key_object(table) + " AS key" +
         source(table) + " OFFSET 0) h ORDER BY bucket, " + key + " COLLATE \"C\"";
}

bool orders_on_server(const DigestTable& table) {
  return !table.key.empty() &&
         std::none_of(table.columns.begin(), table.columns.end(), [&](const DigestColumn& column) {
           return column.raw && listed(table.key, column.name);
         });
}

std::string value_statement(const DigestTable& table, unsigned buckets, bool ordered) {
  std::string values;
  std::string names;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const DigestColumn& column = table.columns[i];
    const std::string name = "v" + std::to_string(i);
    values += column.raw ? "t." + quote_identifier(column.name) : escaped_value(column);
    values += " AS " + name + ", ";
    names += name + ", ";
  }
  values += key_object(table) + " AS key";
  if (!ordered || !orders_on_server(table)) return "SELECT " + values + source(table);
  return "SELECT " + names + "key FROM (SELECT " + values + ", " + key_hash(table) +
         " AS key_hash" + source(table) + " OFFSET 0) h ORDER BY " + bucket_of(table, buckets) +
         ", key_hash COLLATE \"C\"";
}

std::string digest_text(std::string_view high_sum, std::string_view low_sum) {
  std::string out = base::hex16(modulo(high_sum)) + base::hex16(modulo(low_sum));
  std::transform(out.begin(), out.end(), out.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return out;
}

std::vector<DigestBucket> bucket_digests(Connection& connection,
                                         const DigestTable& table,
                                         unsigned buckets) {
  std::vector<DigestBucket> out(buckets, {.rows = 0, .digest = std::string(32, '0')});
  const auto result = connection.query(bucket_statement(table, buckets));
  for (int row = 0; row < result.rows(); ++row) {
    auto& bucket = out.at(base::parse_unsigned(result.at(row, 0)).value_or(buckets));
    bucket.rows = base::parse_unsigned(result.at(row, 1)).value_or(0);
    bucket.digest = digest_text(result.at(row, 2), result.at(row, 3));
  }
  return out;
}

RowDigests::RowDigests(Connection& connection, const DigestTable& table, unsigned buckets)
    : connection_(connection), page_(nullptr) {
  connection_.execute("DECLARE row_digests NO SCROLL CURSOR FOR " + row_statement(table, buckets));
  fetch();
}

void RowDigests::fetch() {
  page_ = connection_.query("FETCH " + std::to_string(kPage) + " FROM row_digests");
  at_ = 0;
}

bool RowDigests::next(RowDigest& row) {
  if (at_ == kPage) fetch();
  if (at_ >= page_.rows()) {
    connection_.execute("CLOSE row_digests");
    return false;
  }
  row.bucket = static_cast<unsigned>(base::parse_unsigned(page_.at(at_, 0)).value_or(0));
  row.key_hash = page_.at(at_, 1);
  row.key = page_.at(at_, 2);
  row.digest = page_.at(at_, 3);
  ++at_;
  return true;
}

void append_digest_line(std::string& out,
                        const DigestTable& table,
                        std::string_view pos,
                        unsigned bucket,
                        const DigestBucket& digest) {
  append_head(out, table, pos, bucket);
  out += ",\"rows\":" + std::to_string(digest.rows);
  append_digest(out, table, digest.digest);
}

void append_digest_line(std::string& out,
                        const DigestTable& table,
                        std::string_view pos,
                        const RowDigest& row) {
  append_head(out, table, pos, row.bucket);
  out += ",\"key_hash\":\"";
  out += row.key_hash;
  out += "\",\"key\":";
  out += row.key;
  append_digest(out, table, row.digest);
}

}  // namespace cdckit::pg
