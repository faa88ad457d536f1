// Puts data lines together (cdc-event(5)): what stays the same within a run, a transaction or a
// table is text made beforehand, a row only fills the gaps. Appends to the caller's buffer.
#pragma once

#include "tools/walcat/encode/row.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cdckit::walcat {

class PrettyLine;

class DataLine {
 public:
  explicit DataLine(const SourceIdentity& identity, MessageForm message_form = {});
  // Once per transaction, and whenever the snapshot word changes.
  void set_context(const LineContext& context);
  // One line with its line break.
  void append(std::string& out, const Row& row) const;
  // Op m: a logical message.
  void append_message(std::string& out,
                      const Row& row,
                      std::string_view prefix,
                      std::string_view content) const;
  // Prints for eyes instead; null: lines of JSON.
  [[nodiscard]] const PrettyLine* pretty() const noexcept { return pretty_.get(); }

 private:
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
