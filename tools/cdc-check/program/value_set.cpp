#include "tools/cdc-check/program/value_set.hpp"

#include "common/io/file_descriptor.hpp"
#include "common/ndjson/text.hpp"
#include "tools/cdc-check/values/bytes.hpp"
#include "tools/cdc-check/values/decimal.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kFew = 16;

std::string as_json(std::string_view text) {
  std::string out;
  ndjson::append_string(out, text);
  return out;
}

}  // namespace

ValueSet ValueSet::of_values(const std::vector<Node>& values) {
  ValueSet set;
  for (const Node& value : values) {
    std::string token;
    append_json(token, value);
    std::string canonical;
    append_canonical(canonical, token);
    set.canonical_.insert(canonical);
    if (set.spelled_.size() < kFew) set.spelled_.push_back(std::move(token));
  }
  return set;
}

ValueSet ValueSet::of_file(const std::string& path) {
  const std::string content = io::read_file(path);
  ValueSet set;
  std::string_view rest = content;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    std::string text;
    append_canonical(text, as_json(line));
    set.canonical_.insert(text);
    std::string other = "n";
    if (line == "true" || line == "false") {
      set.canonical_.insert(line.substr(0, 1));
    } else if (parse_decimal(line) && line.front() != '+') {
      append_canonical_number(other, line);
      set.canonical_.insert(other + ';');
    }
  }
  return set;
}

bool ValueSet::contains(std::string_view token, std::string& scratch) const {
  for (const std::string& spelled : spelled_) {
    if (same_bytes(spelled, token)) return true;
  }
  scratch.clear();
  append_canonical(scratch, token);
  return canonical_.contains(scratch);
}

}  // namespace cdckit::cdc_check
