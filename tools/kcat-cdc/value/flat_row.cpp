#include "tools/kcat-cdc/value/flat_row.hpp"

#include "common/ndjson/text.hpp"

namespace cdckit::kcat_cdc {

namespace {

constexpr std::string_view kAdded =
    R"({"type":"string","optional":true,"field":"__op"},{"type":"string","optional":true,"field":"__table"},)"
    R"({"type":"int64","optional":true,"field":"__source_ts_ms"},{"type":"string","optional":true,"field":"__deleted"})";

bool is_added(std::string_view name) noexcept {
  return name == "__op" || name == "__table" || name == "__source_ts_ms" || name == "__deleted";
}

bool has_added(const ndjson::Object& row) {
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (member.name.starts_with("__") && is_added(member.name)) return true;
  }
  return false;
}

}  // namespace

std::string_view SourceFields::find(const event::Event& event,
                                    std::string_view name,
                                    std::size_t& place) {
  const ndjson::FoundMembers members = event.source_members;
  if (place < members.size() && members[place].name == name) return members[place].value;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    if (members[i].name != name) continue;
    place = i;
    return members[i].value;
  }
  return {};
}

const char* FlatRow::append(std::string& out, const event::Event& event) {
  const bool gone = event.op == 'd';
  ndjson::Object row{gone ? event.before : event.after,
                     gone ? event.before_members : event.after_members};
  if (gone && row.text.empty()) row = event::key_columns(event);
  if (!row.text.starts_with('{')) return "the event holds no row";
  if (has_added(row))
    return "the row has a column __op, __table, __source_ts_ms or __deleted itself";
  const std::string_view table = source_.table(event);
  const std::string_view ts_ms = source_.ts_ms(event);
  out.append(row.text.substr(0, row.text.rfind('}')));
  ndjson::ObjectCursor cursor(row);
  ndjson::Member any;
  out += cursor.next(any) ? R"(,"__op":")" : R"("__op":")";
  out += event.op;
  out += R"(","__table":)";
  out += table.empty() ? std::string_view("null") : table;
  out += R"(,"__source_ts_ms":)";
  out += ts_ms.empty() ? std::string_view("null") : ts_ms;
  out += gone ? R"(,"__deleted":"true"})" : R"(,"__deleted":"false"})";
  return nullptr;
}

std::string flat_schema(std::string_view envelope) {
  std::string_view fields = ndjson::find_member(envelope, "fields");
  std::string_view after;
  if (!fields.starts_with('[')) return {};
  for (ndjson::ArrayCursor cursor(fields); cursor.next(fields);) {
    if (ndjson::find_member(fields, "field") == R"("after")") after = fields;
  }
  const std::string_view columns = after.empty() ? after : ndjson::find_member(after, "fields");
  if (!columns.starts_with('[')) return {};
  std::string out = R"({"type":"struct","fields":)";
  out += columns.substr(0, columns.rfind(']'));
  if (out.back() != '[') out += ',';
  out += kAdded;
  out += R"(],"optional":false)";
  const std::string_view name = ndjson::find_member(after, "name");
  if (!name.empty()) out += R"(,"name":)" + std::string(name);
  return out + '}';
}

}  // namespace cdckit::kcat_cdc
