// Decodes pgoutput messages (PostgreSQL manual, Logical Replication Message Formats) from bytes
// alone. One decoder per stream: it remembers whether it is inside a streamed block, where messages
// carry an xid. The message it gives is reused, its views point into the bytes: no allocation per
// row. Throws protocol for anything that the manual does not describe.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

// kind: n NULL, u unchanged TOAST, t text, b binary.
struct Value {
  char kind = 'n';
  std::string_view bytes;
};

struct RelationColumn {
  bool key = false;  // part of the replica identity
  std::string_view name;
  std::uint32_t type = 0;
  std::int32_t modifier = -1;
};

// Only the members of the kind at hand are set; see decode() for which.
struct Message {
  char kind = 0;  // the message's type byte
  std::uint32_t xid = 0;
  std::uint32_t subxid = 0;
  std::uint64_t lsn = 0;  // commit, prepare, origin or message LSN
  std::uint64_t end_lsn = 0;
  std::int64_t time = 0;  // microseconds since 2000-01-01
  std::uint8_t flags = 0;
  std::uint32_t relation = 0;
  std::vector<std::uint32_t> relations;  // T
  std::string_view schema;               // R, Y; empty means pg_catalog
  std::string_view name;                 // R, Y; O origin, M prefix, gid of two-phase messages
  std::string_view content;              // M
  char identity = 'd';                   // R
  std::vector<RelationColumn> columns;   // R
  char old_kind = 0;                     // U, D: K, O or none
  std::vector<Value> old_values;
  std::vector<Value> new_values;
};

class PgoutputDecoder {
 public:
  const Message& decode(std::string_view bytes);
  // What follows comes from inside a streamed block, or no longer.
  void set_streaming(bool inside) noexcept { streaming_ = inside; }

 private:
  class Cursor;
  void decode_transaction(Cursor& cursor);
  void decode_two_phase(Cursor& cursor);
  void decode_streamed(Cursor& cursor);
  void decode_relation(Cursor& cursor);
  void decode_row(Cursor& cursor);
  void decode_other(Cursor& cursor);
  static void read_tuple(Cursor& cursor, std::vector<Value>& values);

  Message message_;
  bool streaming_ = false;
};

}  // namespace cdckit::walcat
