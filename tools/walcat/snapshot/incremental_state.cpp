#include "tools/walcat/snapshot/incremental_state.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/validator.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

void append_strings(std::string& out, const std::vector<std::string>& strings) {
  out += '[';
  for (const auto& text : strings) {
    if (&text != strings.data()) out += ',';
    ndjson::append_string(out, text);
  }
  out += ']';
}

std::string text_of(std::string_view token) {
  std::string scratch;
  if (token.size() < 2 || token.front() != '"') return "";
  return std::string(ndjson::unescape(token, scratch));
}

std::vector<std::string> strings_of(std::string_view array) {
  std::vector<std::string> strings;
  if (array.empty() || array.front() != '[') return strings;
  ndjson::ArrayCursor cursor(array);
  std::string_view value;
  while (cursor.next(value)) strings.push_back(text_of(value));
  return strings;
}

std::uint32_t without_epoch(std::string_view text) {
  const auto xid = base::parse_unsigned(text);
  if (!xid) throw base::Error(base::ErrorKind::protocol, "could not read a snapshot's xids");
  return static_cast<std::uint32_t>(*xid);
}

void append_part(std::string& out, std::string_view name) {
  const bool plain = !name.empty() && name.find_first_of(".\"") == std::string_view::npos;
  if (plain) {
    out += name;
    return;
  }
  out += '"';
  for (const char letter : name) {
    if (letter == '"') out += '"';
    out += letter;
  }
  out += '"';
}

// Up to the next dot, or to the end of the quotes; takes it away from `text`.
std::string take_part(std::string_view& text) {
  if (!text.starts_with('"')) {
    const auto end = std::min(text.find('.'), text.size());
    const std::string part(text.substr(0, end));
    text.remove_prefix(end);
    return part;
  }
  std::string part;
  text.remove_prefix(1);
  while (!text.empty()) {
    const bool quote = text.front() == '"';
    if (quote) text.remove_prefix(1);
    if (quote && !text.starts_with('"')) break;
    part += text.front();
    text.remove_prefix(1);
  }
  return part;
}

}  // namespace

std::string table_text(std::string_view schema, std::string_view table) {
  std::string out;
  append_part(out, schema);
  out += '.';
  append_part(out, table);
  return out;
}

TableName parse_table(std::string_view text) {
  TableName name;
  name.schema = take_part(text);
  if (text.starts_with('.')) text.remove_prefix(1);
  name.table = text.starts_with('"') ? take_part(text) : std::string(text);
  return name;
}

std::string state_json(const IncrementalState& state) {
  std::string out = R"({"v":1,"slot":)";
  ndjson::append_string(out, state.slot);
  out += ",\"step\":";
  ndjson::append_string(out, state.step);
  out += ",\"tables\":";
  append_strings(out, state.tables);
  out += ",\"table\":" + std::to_string(state.table) + ",\"after\":";
  append_strings(out, state.after);
  out += ",\"until\":";
  append_strings(out, state.until);
  return out + "}";
}

std::optional<IncrementalState> parse_state(std::string_view json) {
  ndjson::Validator validator;
  if (validator.check_object(json, false) != nullptr) return std::nullopt;
  const auto table = base::parse_unsigned(ndjson::find_member(json, "table"));
  if (ndjson::find_member(json, "v") != "1" || !table) return std::nullopt;
  IncrementalState state;
  state.slot = text_of(ndjson::find_member(json, "slot"));
  state.step = text_of(ndjson::find_member(json, "step"));
  state.tables = strings_of(ndjson::find_member(json, "tables"));
  state.table = *table;
  state.after = strings_of(ndjson::find_member(json, "after"));
  state.until = strings_of(ndjson::find_member(json, "until"));
  return state;
}

SeenTransactions::SeenTransactions(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3) {
    throw base::Error(base::ErrorKind::protocol, "could not read a snapshot's xids");
  }
  next_ = without_epoch(parts[1]);
  if (parts[2].empty()) return;
  for (const auto& xid : base::split(parts[2], ',')) running_.push_back(without_epoch(xid));
  std::sort(running_.begin(), running_.end());
}

// Both are less than half the circle of xids apart: what is not behind is before.
bool SeenTransactions::sees(std::uint32_t xid) const noexcept {
  if (static_cast<std::int32_t>(xid - next_) >= 0) return false;
  return !std::binary_search(running_.begin(), running_.end(), xid);
}

}  // namespace cdckit::walcat
