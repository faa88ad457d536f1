// What a table's rows add up to, by buckets of their key's hash, computed by the database where it
// can and here where it cannot. Through the SQL API.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/verify/digest_columns.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct BucketDigest {
  std::uint64_t rows = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  // 32 hex digits
  [[nodiscard]] std::string text() const;
};

struct RowDigest {
  unsigned bucket = 0;
  std::string key_hash;
  std::string digest;
  std::string key;  // JSON object
};

struct DigestRequest {
  std::string select;  // the table
  std::vector<DigestColumn> columns;
  unsigned buckets = 1;
  unsigned first_buckets = 0;  // only so many of them; 0: all
};

std::vector<BucketDigest> mirror_buckets(snow::SqlApi& api, const DigestRequest& request);
// In the order of bucket and key hash.
std::vector<RowDigest> mirror_rows(snow::SqlApi& api, const DigestRequest& request);

// Pure: what is asked.
std::string bucket_sql(const DigestRequest& request);
std::string cells_sql(const DigestRequest& request);
// From the cells of a row; `key` is left empty for a row without a key.
RowDigest row_digest(const DigestRequest& request, const snow::ResultRow& row);

}  // namespace cdckit::snow_put
