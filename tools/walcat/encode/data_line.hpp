// Puts data lines together (cdc-event(5)): what stays the same within a run, a transaction or a
// table is text made beforehand, a row only fills the gaps. Appends to the caller's buffer.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cdckit::walcat {

inline constexpr std::int64_t kEpoch2000 = 946'684'800'000'000;  // microseconds since 1970

// What `source` says about the run.
struct SourceIdentity {
  std::string name;  // --topic-prefix
  std::string database;
  bool pretty = false;  // the readable view
  bool color = false;   // in it
};

// The transaction at hand, or what stands for it with snapshot rows and loose messages.
struct LineContext {
  std::uint64_t pos_lsn = 0;      // first half of pos
  std::int64_t unix_us = 0;       // source.ts_*
  std::uint64_t xid = 0;          // 0: null
  std::uint64_t last_commit = 0;  // source.sequence, 0: null
  std::string_view snapshot = "false";
  std::string_view origin = {};  // empty: null
  std::uint64_t origin_lsn = 0;
  bool lsn_is_null = false;  // source.lsn: rows that no change of the WAL brought
};

// The pieces of one line that change from row to row; raw JSON where nothing else is said.
struct Row {
  const Table* table = nullptr;
  char op = 'c';
  std::uint64_t ordinal = 0;
  std::uint64_t lsn = 0;                   // source.lsn
  std::span<const Value> key_values = {};  // for `key`; empty: null
  std::span<const Value> old_key = {};     // for `old_key`, when not empty
  std::span<const Value> new_key = {};     // for `new_key`, when not empty
  std::span<const Value> before = {};      // empty: null
  bool before_is_key = false;              // only the key columns were sent
  std::span<const Value> after = {};       // empty: null
  std::string_view transaction = "null";
};

class PrettyLine;

class DataLine {
 public:
  explicit DataLine(const SourceIdentity& identity, MessageForm message_form = {});
  // Once per transaction, and whenever the snapshot word changes.
  void set_context(const LineContext& context);
  // One line with its line break. Throws ShapeMismatch, then nothing was appended.
  void append(std::string& out, const Row& row) const;
  // Op m: a logical message.
  void append_message(std::string& out,
                      const Row& row,
                      std::string_view prefix,
                      std::string_view content) const;
  // Prints for eyes instead; null: lines of JSON.
  [[nodiscard]] const PrettyLine* pretty() const noexcept { return pretty_.get(); }

 private:
  void append_line(std::string& out, const Row& row) const;
  void append_head(std::string& out, std::uint64_t ordinal) const;
  void append_source(std::string& out, std::string_view table_part, std::uint64_t lsn) const;
  MessageForm message_form_;
  std::string constant_head_;  // ,"source":{"version":...,"ts_ms":
  std::string database_part_;  // ,"db":"d","sequence":"[
  std::string position_head_;  // {"pos":"<lsn>/
  std::string source_head_;    // up to the row's LSN in `sequence`
  std::string source_middle_;  // behind it, up to `schema`
  std::string source_xid_;     // 123,"lsn":
  std::string source_tail_;    // ,"xmin":... }
  bool lsn_is_null_ = false;
  std::shared_ptr<PrettyLine> pretty_;
};

}  // namespace cdckit::walcat
