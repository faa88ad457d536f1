// A record as one line with nothing left out, and back: what `--raw` means both ways.
//   {"topic":..,"partition":..,"offset":..,"timestamp":..,"key":..,"value":..,"headers":[[name,value],..]}
// Bytes are a JSON string, or {"base64":".."} when they are no UTF-8, or null; null, "" and "null"
// stay three things. Such a line never begins like a control line, whatever the value holds. Pure.
#pragma once

#include "common/kafka/record.hpp"
#include "common/ndjson/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

// The line without its line break. Every record has one.
void append_raw_line(std::string& out, const kafka::Record& record);

// Reads such lines; members may stand in any order, others than these are passed over, `offset`
// too. Reuses its memory.
class RawReader {
 public:
  // Null and the record set, else the reason (static text). `line` is a valid JSON object with
  // these members. Slices live as long as the line, and until the next call.
  const char* read(std::string_view line, ndjson::FoundMembers members);
  // Empty when the line names none.
  [[nodiscard]] std::string_view topic() const noexcept { return topic_; }
  // Its topic and tag are the caller's.
  [[nodiscard]] const kafka::Outgoing& record() const noexcept { return record_; }

 private:
  using Bytes = std::optional<std::string_view>;

  const char* take(std::string_view name, std::string_view value);
  const char* take_headers(std::string_view list);
  // False when the token spells no bytes.
  bool read_bytes(std::string_view token, Bytes& out);
  bool read_base64(std::string_view object, Bytes& out);
  // What was appended to bytes_ since it had `from` bytes.
  [[nodiscard]] std::string_view kept(std::size_t from) const noexcept {
    return std::string_view(bytes_).substr(from);
  }

  kafka::Outgoing record_;
  std::string_view topic_;
  bool has_value_ = false;
  std::vector<kafka::Header> headers_;
  std::string bytes_;  // what had escapes or was base64; never grows while a line is read
};

}  // namespace cdckit::kcat_cdc
