// Control lines (cdc-event(5)): what they hold, read and written. They start with `{"__cdc":` and
// never reach a destination; a stage passes on those it does not own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::event {

enum class ControlKind {
  hello,
  snapshot,
  schema,
  begin,
  commit,
  checkpoint,
  eof,
  assigned,
  revoked,
  unknown
};

struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

// Only the members of the kind at hand are set. `line` and `source` are slices of the line.
struct Control {
  ControlKind kind = ControlKind::unknown;
  std::string_view line;
  std::string run;          // hello, ckpt, eof
  std::string_view source;  // hello: raw JSON object
  std::string from;         // hello
  std::string encoding;     // hello: plain | debezium; empty: `schema` lines say it
  // hello: the files that the source waits for; nothing when it is not said
  std::optional<std::vector<std::string>> ack;
  std::uint64_t seq = 0;   // ckpt, eof
  std::string pos;         // ckpt, eof, snapshot
  bool inside = false;     // eof: data lines lie behind `pos` that are no part of anything whole
  std::uint64_t rows = 0;  // ckpt: data lines since the last one; snapshot end: rows in all
  std::string phase;       // snapshot: begin | end
  std::string schema;      // snapshot, schema
  std::string table;       // snapshot, schema
  std::string scope;       // snapshot of something that is not a table
  // snapshot: the picture of this partition is so many-th of all that its root has in the snapshot
  std::uint64_t part = 1;
  std::uint64_t parts = 1;
  std::vector<TopicPartition> partitions;  // assigned, revoked
};

// The line was validated before (Decoder). Throws data when a member is missing or of a wrong type.
Control parse_control(std::string_view line);

struct Hello {
  std::string_view run;
  std::string_view source_json;
  std::string_view from;
  std::string_view encoding = {};  // empty: not said
  // absolute names of the files that the source watches; nothing: not said
  std::optional<std::vector<std::string>> ack = {};
};

// Each appends one line without its line break.
void append_hello(std::string& out, const Hello& hello);
void append_checkpoint(std::string& out,
                       std::string_view run,
                       std::uint64_t seq,
                       std::string_view pos,
                       std::uint64_t rows);
void append_eof(std::string& out,
                std::string_view run,
                std::uint64_t seq,
                std::string_view pos,
                bool inside = false);

struct SnapshotBorder {
  std::string_view phase;  // begin | end
  std::string_view schema;
  std::string_view table;  // or scope
  std::string_view scope;
  std::string_view pos;
  std::uint64_t rows = 0;  // printed at the end only
  // of the partitions of one root; printed where there are several
  std::uint64_t part = 1;
  std::uint64_t parts = 1;
};
void append_snapshot(std::string& out, const SnapshotBorder& border);
void append_partitions(std::string& out,
                       ControlKind kind,
                       const std::vector<TopicPartition>& partitions);

}  // namespace cdckit::event
