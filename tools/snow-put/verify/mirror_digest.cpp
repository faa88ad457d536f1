#include "tools/snow-put/verify/mirror_digest.hpp"

#include "common/base/hex.hpp"
#include "common/base/md5.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <tuple>

namespace cdckit::snow_put {
namespace {

constexpr std::size_t kHalf = 16;
constexpr std::size_t kBucketDigits = 8;

// Decimal text modulo 2^64.
std::uint64_t modulo(std::string_view sum) {
  std::uint64_t value = 0;
  for (const char digit : sum) {
    if (digit < '0' || digit > '9') break;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

std::string md5_hex(std::string_view bytes) {
  const base::Md5 digest = base::md5(bytes);
  return base::to_hex({digest.data(), digest.size()});
}

std::uint64_t from_hex(std::string_view digits) {
  return base::parse_hex(digits).value_or(0);
}

bool all_done(const DigestRequest& request) {
  return std::all_of(request.columns.begin(), request.columns.end(), [](const auto& column) {
    return column.form == CellForm::done;
  });
}

bool has_key(const DigestRequest& request) {
  return std::any_of(request.columns.begin(), request.columns.end(), [](const auto& column) {
    return column.in_key;
  });
}

snow::Statement statement(std::string text) {
  snow::Statement out;
  out.text = std::move(text);
  out.parameters = {{"timezone", "UTC"}, {"query_tag", "snow-put verify"}};
  return out;
}

bool is_wanted(const DigestRequest& request, unsigned bucket) {
  return request.first_buckets == 0 || bucket < request.first_buckets;
}

void append_key_member(std::string& out, const DigestColumn& column, const snow::Cell& cell) {
  if (out.back() != '{') out += ',';
  ndjson::append_string(out, column.source);
  out += ':';
  if (!cell) {
    out += "null";
  } else {
    ndjson::append_string(out, *cell);
  }
}

}  // namespace

std::string BucketDigest::text() const {
  return base::to_lower(base::hex16(high) + base::hex16(low));
}

std::string bucket_sql(const DigestRequest& request) {
  const std::string buckets = std::to_string(request.buckets);
  std::string sql = R"sql(
SELECT "BUCKET", COUNT(*) AS "ALL_ROWS", SUM("HIGH") AS "HIGH", SUM("LOW") AS "LOW" FROM (
  SELECT MOD((u."UPPER" - MOD(u."UPPER", 4294967296)) / 4294967296, ${buckets})::NUMBER(10,0) AS "BUCKET",
    MD5_NUMBER_UPPER64(u."ROW_TEXT")::NUMBER(38,0) AS "HIGH",
    MD5_NUMBER_LOWER64(u."ROW_TEXT")::NUMBER(38,0) AS "LOW"
  FROM (
    SELECT MD5_NUMBER_UPPER64(${key})::NUMBER(38,0) AS "UPPER", ${row} AS "ROW_TEXT"
    FROM (
${table}
    ) p
  ) u
) b${few}
GROUP BY 1)sql";
  const auto fill = [&](const std::string& hole, const std::string& value) {
    sql.replace(sql.find(hole), hole.size(), value);
  };
  fill("${few}",
       request.first_buckets == 0
           ? ""
           : "\nWHERE \"BUCKET\" < " + std::to_string(request.first_buckets));
  fill("${table}", request.select);
  fill("${row}", row_text_sql(request.columns, false));
  fill("${key}", row_text_sql(request.columns, true));
  fill("${buckets}", buckets);
  return sql;
}

std::string cells_sql(const DigestRequest& request) {
  std::string sql = "SELECT ";
  for (std::size_t i = 0; i < request.columns.size(); ++i) {
    if (i > 0) sql += ", ";
    sql += request.columns[i].sql + " AS \"V" + std::to_string(i + 1) + "\"";
  }
  return sql + " FROM (\n" + request.select + "\n) p";
}

RowDigest row_digest(const DigestRequest& request, const snow::ResultRow& row) {
  RowDigest out;
  std::string text;
  std::string key;
  out.key = "{";
  bool first_key = true;
  for (std::size_t i = 0; i < request.columns.size(); ++i) {
    const DigestColumn& column = request.columns[i];
    if (i > 0) text += ',';
    const std::size_t begin = text.size();
    append_cell(text, column.form, row.at(i));
    if (!column.in_key) continue;
    if (!first_key) key += ',';
    first_key = false;
    key.append(text, begin);
    append_key_member(out.key, column, row[i]);
  }
  out.key += '}';
  out.digest = md5_hex(text);
  const bool keyless = !has_key(request);
  out.key_hash = keyless ? out.digest : md5_hex(key);
  if (keyless) out.key = "null";
  out.bucket = static_cast<unsigned>(
      from_hex(std::string_view(out.key_hash).substr(0, kBucketDigits)) % request.buckets);
  return out;
}

std::vector<BucketDigest> mirror_buckets(snow::SqlApi& api, const DigestRequest& request) {
  std::vector<BucketDigest> buckets(request.buckets);
  if (all_done(request)) {
    const snow::StatementResult result = api.run(statement(bucket_sql(request)));
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
      BucketDigest& bucket = buckets.at(modulo(result.text(i, "BUCKET")));
      bucket.rows = modulo(result.text(i, "ALL_ROWS"));
      bucket.high = modulo(result.text(i, "HIGH"));
      bucket.low = modulo(result.text(i, "LOW"));
    }
    return buckets;
  }
  api.run(statement(cells_sql(request)), [&](const snow::StatementResult& part) {
    for (const snow::ResultRow& row : part.rows) {
      const RowDigest digest = row_digest(request, row);
      if (!is_wanted(request, digest.bucket)) continue;
      BucketDigest& bucket = buckets[digest.bucket];
      ++bucket.rows;
      bucket.high += from_hex(std::string_view(digest.digest).substr(0, kHalf));
      bucket.low += from_hex(std::string_view(digest.digest).substr(kHalf));
    }
  });
  return buckets;
}

std::vector<RowDigest> mirror_rows(snow::SqlApi& api, const DigestRequest& request) {
  std::vector<RowDigest> rows;
  api.run(statement(cells_sql(request)), [&](const snow::StatementResult& part) {
    for (const snow::ResultRow& row : part.rows) {
      RowDigest digest = row_digest(request, row);
      if (is_wanted(request, digest.bucket)) rows.push_back(std::move(digest));
    }
  });
  std::sort(rows.begin(), rows.end(), [](const RowDigest& left, const RowDigest& right) {
    return std::tie(left.bucket, left.key_hash) < std::tie(right.bucket, right.key_hash);
  });
  return rows;
}

}  // namespace cdckit::snow_put
