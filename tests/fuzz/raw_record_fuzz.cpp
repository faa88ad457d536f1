// A raw line into a record and out again: what is read must come back the same.
#include "common/ndjson/walker.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/kcat-cdc/value/raw_record.hpp"

#include <algorithm>
#include <stdexcept>

using namespace cdckit;

namespace {

kafka::Record read_back(const kafka::Outgoing& sent, std::string_view topic) {
  kafka::Record out;
  out.topic = topic;
  out.partition = sent.partition;
  out.timestamp_ms = sent.timestamp_ms;
  out.key = sent.key;
  out.value = sent.value;
  out.headers.assign(sent.headers.begin(), sent.headers.end());
  return out;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  static ndjson::Walker walker;
  static kcat_cdc::RawReader first;
  static kcat_cdc::RawReader second;
  if (walker.walk(bytes, false) != nullptr) return;
  if (first.read(bytes, walker.members()) != nullptr) return;
  std::string line;
  kcat_cdc::append_raw_line(line, read_back(first.record(), "t"));
  if (walker.walk(line, false) != nullptr) throw std::logic_error("the line is no JSON");
  if (second.read(line, walker.members()) != nullptr) throw std::logic_error("it cannot be read");
  const kafka::Outgoing& a = first.record();
  const kafka::Outgoing& b = second.record();
  if (a.key != b.key || a.value != b.value || !std::ranges::equal(a.headers, b.headers) ||
      a.partition != b.partition || a.timestamp_ms != b.timestamp_ms)
    throw std::logic_error("the record is another one");
}
