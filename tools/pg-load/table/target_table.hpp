// What a table of the target looks like, as far as loading needs to know it: columns, how each is
// staged and compared, and the key.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/pg-load/value/codec.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

struct Column {
  std::string name;
  std::string type;                // with modifier: numeric(12,2)
  std::string base_type;           // without: numeric
  std::string resolved_type = {};  // with modifier, of a domain what lies below all of it
  std::string collation = {};      // quoted, where it is not the type's own
  std::string equals = "OPERATOR(pg_catalog.=)";  // of the type, wherever its extension lives
  std::string default_expression;                 // what a missing value becomes; empty: null
  Codec codec = Codec::cast;
  bool not_null = false;
  bool identity_always = false;
  bool generated = false;   // computed by the server: never written
  bool exact = false;       // `=` tells every difference that can be seen
  bool same_bytes = false;  // values are equal only when their fields of binary COPY are
};

struct TableName {
  std::string schema;  // empty: by search_path
  std::string table;
};

struct TargetTable {
  TableName name;
  std::uint32_t oid = 0;
  bool merges = true;         // the server has MERGE (PostgreSQL 15)
  bool counted = true;        // the server's statistics count its rows (not of a partitioned table)
  bool key_indexed = false;   // an index finds a row by the key
  bool other_unique = false;  // other columns are unique or exclude each other, too
  bool strict_domains = false;  // a row of nulls cannot be made: a domain forbids them
  std::vector<Column> columns;
  std::vector<std::size_t> key;  // indexes into columns
  // A staging table of rows needs columns of its own and holds text where the server casts, so that
  // a very wide row would not fit: its columns from here on, but for the key, are staged as one
  // array of texts.
  std::size_t packed_from = static_cast<std::size_t>(-1);

  [[nodiscard]] std::string quoted() const { return pg::quote_name(name.schema, name.table); }
  [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const noexcept;
  [[nodiscard]] bool is_key(std::size_t column) const noexcept;
  // Keys are equal only when their fields of binary COPY are: 1.0 and 1.00 are not such.
  [[nodiscard]] bool key_by_bytes() const noexcept;
  [[nodiscard]] bool packs(std::size_t column) const noexcept {
    return column >= packed_from && !is_key(column);
  }
};

// With more columns than the first, those behind the second are packed.
inline constexpr std::size_t kWideTable = 500;
inline constexpr std::size_t kStagedAlone = 250;

// The most bytes of a name; the server cuts off what is longer.
inline constexpr std::size_t kLongestName = 63;
// As the server would keep it: not inside of a character.
std::string_view cut_name(std::string_view name) noexcept;

// `[SCHEMA.]TABLE` as SQL reads it: "quoted" parts stand, others are folded to lower case. Throws
// usage.
TableName parse_table_name(std::string_view text);
// For messages: schema.table
std::string display_name(const TableName& name);

// What the catalog says about a type, and the codec that follows from it.
struct TypeFacts {
  std::string base_type;  // of a domain: what lies below it
  char kind = 'b';        // pg_type.typtype
  char category = 'U';    // pg_type.typcategory
  bool modified = false;  // has a type modifier
  std::string name{};     // pg_type.typname
  std::string element{};  // of an array: pg_type.typname of its elements
};
Codec codec_for(const TypeFacts& facts) noexcept;
bool compares_exactly(const TypeFacts& facts) noexcept;
bool compares_by_bytes(const TypeFacts& facts) noexcept;

// Nothing when there is no such table; `name` has its schema. The primary key is the key.
std::optional<TargetTable> describe_table(pg::Connection& connection, const TableName& name);
// Replaces the key. Throws unavailable when a column is not there.
void choose_key(TargetTable& target, const std::vector<std::string>& names);

// What the indexes of the table mean for the key that was chosen.
void describe_indexes(pg::Connection& connection, TargetTable& target);

}  // namespace cdckit::pg_load
