// Digests of a table's rows in key-hash buckets, computed by the server in one pass, so that two
// sides can be compared without moving the rows. The canonical text of values and rows, and how
// digests add up, is written down in cdc-event(5), "Digests"; whoever computes them elsewhere
// follows that page. All of it belongs into one REPEATABLE READ transaction of the caller's.
// Throws like Connection; a table that is not there is unavailable.
#pragma once

#include "common/pg/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg {

inline constexpr unsigned kDigestBuckets = 64;

struct DigestColumn {
  std::string name;
  std::string type;  // of pg_catalog, domains resolved; empty for all others
  bool raw = false;  // value_statement() gives the server's own text: another form is made of it
};

// What takes part; columns and key are kept in the order of their names (bytes).
struct DigestTable {
  std::string schema;
  std::string table;
  std::vector<DigestColumn> columns;
  std::vector<std::string> key;  // empty: the whole row is the key
  std::string condition;         // only rows that fit; empty: all
  bool only = false;             // without the tables that inherit from it
  bool portable = false;         // said by its lines: values in the form of digest --portable
};

struct DigestRequest {
  std::string schema;
  std::string table;
  std::vector<std::string> columns;  // empty: all
  std::vector<std::string> key;      // empty: the primary key
  bool generated = false;            // generated columns count too
};

DigestTable describe_digest(Connection& connection, const DigestRequest& request);

struct DigestBucket {
  std::uint64_t rows = 0;
  std::string digest;  // 32 hex digits
};

// Bucket i of the answer is bucket i; empty ones are there too.
std::vector<DigestBucket> bucket_digests(Connection& connection,
                                         const DigestTable& table,
                                         unsigned buckets);

struct RowDigest {
  unsigned bucket = 0;
  std::string_view key_hash;  // 32 hex digits
  std::string_view key;       // JSON object; `null` without a key
  std::string_view digest;    // 32 hex digits
};

// All rows in the order of bucket and key hash, some thousand at a time. Views are valid until the
// next call. One reader a connection.
class RowDigests {
 public:
  RowDigests(Connection& connection, const DigestTable& table, unsigned buckets);
  // False at the end, when the server's cursor is closed.
  bool next(RowDigest& row);

 private:
  void fetch();
  Connection& connection_;
  Result page_;
  int at_ = 0;
};

// Whether a type's text holds neither a comma nor a backslash; its name as in DigestColumn.
bool is_bare_type(std::string_view type) noexcept;
// Pure: what is asked.
std::string bucket_statement(const DigestTable& table, unsigned buckets);
std::string row_statement(const DigestTable& table, unsigned buckets);
// Whether value_statement() can give the rows in the order of bucket and key hash.
bool orders_on_server(const DigestTable& table);
// The rows' values one by one, in the order of the columns: as texts with their escapes, or raw;
// behind them the key object. `ordered`: by bucket and key hash, where the server can do that.
std::string value_statement(const DigestTable& table, unsigned buckets, bool ordered);
// Sums of signed 64-bit halves, as the server's decimal text, to 32 hex digits, modulo 2^64 each.
std::string digest_text(std::string_view high_sum, std::string_view low_sum);

// {"table":"public.t","pos":"...","bucket":0,"rows":12,"digest":"..."}
void append_digest_line(std::string& out,
                        const DigestTable& table,
                        std::string_view pos,
                        unsigned bucket,
                        const DigestBucket& digest);
// {"table","pos","bucket","key_hash","key","digest"}
void append_digest_line(std::string& out,
                        const DigestTable& table,
                        std::string_view pos,
                        const RowDigest& row);

}  // namespace cdckit::pg
