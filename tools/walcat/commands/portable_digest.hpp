// Digests in a form that other systems can make too (cdc-event(5), "Digests"): documents, arrays
// and composites as the canonical text of what `plain` prints, floats as ECMAScript prints them.
// PostgreSQL's own functions do not make these texts, so tables that have such columns are read
// row by row; all others are left to the server. One thread; throws like Connection.
#pragma once

#include "common/pg/digest.hpp"
#include "tools/walcat/encode/encoding.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

using TypesByColumn = std::map<std::string, TypePointer, std::less<>>;

class PortableDigest {
 public:
  // The connection, in its transaction, and `types` must outlive it.
  PortableDigest(pg::Connection& connection, pg::DigestTable table, const TypesByColumn& types);

  [[nodiscard]] const pg::DigestTable& table() const noexcept { return table_; }
  // As pg::bucket_digests().
  std::vector<pg::DigestBucket> buckets(unsigned count);
  // All rows in the order of bucket and key hash. Those of a table whose key the server cannot hash
  // (none, or one with floats or documents) are kept in memory, some 150 bytes each.
  void each_row(unsigned buckets, const std::function<void(const pg::RowDigest&)>& visit);

 private:
  [[nodiscard]] bool raw() const noexcept;
  void read_row(const pg::Result& row);
  void append_value(const pg::Result& row, std::size_t column);

  pg::Connection& connection_;
  pg::DigestTable table_;
  std::vector<Codec> codecs_;  // of the columns that come raw
  std::vector<bool> in_key_;
  std::string row_;  // texts of the row at hand
  std::string key_;
  std::string text_;
};

// Whether SQL makes the portable text of a type.
bool is_portable_in_sql(std::string_view type) noexcept;
// The portable text of one value that came raw, without the escapes of a row: nothing for a
// document that is `null`.
bool append_portable(std::string& out,
                     std::string_view text,
                     const pg::DigestColumn& column,
                     const Codec& codec);

}  // namespace cdckit::walcat
