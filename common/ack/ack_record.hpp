// The one JSON line in an ack file (cdc-pipelines(7)): what a sink made durable, for the source to
// confirm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::ack {

struct Record {
  std::string run;     // copied from hello
  std::string source;  // raw JSON object copied from hello
  std::uint64_t seq = 0;
  std::string pos;  // of the ckpt or eof line
  std::uint64_t rows_ok = 0;
  std::uint64_t rows_rejected = 0;
  std::string sink;  // e.g. kafka:flights
  std::int64_t ts_ms = 0;
  // Where the destination's own record of the source stood then, of a sink that keeps one there: it
  // may be older than pos, when nothing was to be applied in between. Empty: not said.
  std::string stored = {};
};

std::string format(const Record& record);
// Nothing for empty, torn or foreign content: an unreadable ack is no ack.
std::optional<Record> parse(std::string_view content);
// Whether two source objects say the same, however they are written: member order and white space
// do not count. Text that is no JSON is the same as itself only.
bool same_source(std::string_view left, std::string_view right);

}  // namespace cdckit::ack
