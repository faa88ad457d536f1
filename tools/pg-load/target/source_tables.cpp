#include "tools/pg-load/target/source_tables.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

std::string text_member(std::string_view object, std::string_view name) {
  std::string text;
  const std::string_view token = ndjson::find_member(object, name);
  if (token.starts_with('"')) ndjson::append_unescaped(text, token);
  return text;
}

}  // namespace

bool of_one_picture(const SourceTable& left, const SourceTable& right) noexcept {
  return left.name == right.name || (!left.root.empty() && left.root == right.root);
}

void add_source(std::vector<SourceTable>& tables, const SourceTable& table) {
  const auto known = std::find_if(
      tables.begin(), tables.end(), [&](const SourceTable& one) { return one.name == table.name; });
  if (known == tables.end()) {
    tables.push_back(table);
  } else if (!table.root.empty()) {
    known->root = table.root;
  }
}

std::string sources_text(std::uint32_t oid, const std::vector<SourceTable>& tables) {
  std::string text = R"({"oid":)" + std::to_string(oid) + R"(,"sources":[)";
  for (const SourceTable& table : tables) {
    if (text.back() != '[') text += ',';
    text += R"({"table":)";
    ndjson::append_string(text, table.name);
    if (!table.root.empty()) {
      text += R"(,"root":)";
      ndjson::append_string(text, table.root);
    }
    text += '}';
  }
  return text + "]}";
}

std::vector<SourceTable> parse_sources(std::string_view text, std::uint32_t oid) {
  std::vector<SourceTable> tables;
  if (base::parse_unsigned(ndjson::find_member(text, "oid")) != oid) return tables;
  ndjson::ArrayCursor cursor(ndjson::find_member(text, "sources"));
  std::string_view element;
  while (cursor.next(element)) {
    tables.push_back({.name = text_member(element, "table"), .root = text_member(element, "root")});
  }
  return tables;
}

}  // namespace cdckit::pg_load
