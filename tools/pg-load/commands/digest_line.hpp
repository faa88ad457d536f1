// One line of `walcat digest`: of a bucket, or with --keys of a row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::pg_load {

struct DigestLine {
  std::string table;  // schema.table
  std::string pos;
  std::string digest;
  std::uint64_t bucket = 0;
  std::uint64_t rows = 0;    // of a bucket
  std::string key_hash;      // of a row, else empty
  std::string_view raw_key;  // of a row: a slice of the line
};

// Null when the object is such a line, else why not (static text).
const char* read_digest_line(std::string_view object, DigestLine& line);

}  // namespace cdckit::pg_load
