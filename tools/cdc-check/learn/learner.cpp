#include "tools/cdc-check/learn/learner.hpp"

#include "common/ndjson/text.hpp"
#include "tools/cdc-check/rules/rule.hpp"

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kMostColumns = 2'000;

// A glob stands for itself alone where it holds no star.
std::string rule_text(const std::string& table,
                      const std::string& column,
                      const Proposal& proposal) {
  const std::string prefix = table.empty() ? "" : table + ".";
  std::string out = "  # " + proposal.evidence + "\n  - name: ";
  out += yaml_scalar(prefix + column + " " + proposal.kind) + "\n    kind: " + proposal.kind + '\n';
  if (!table.empty()) out += "    table: " + yaml_scalar(table) + '\n';
  out += "    column: " + yaml_scalar(column) + '\n';
  std::string_view rest = proposal.settings;
  if (proposal.kind == "range") {
    const std::size_t comma = rest.find(", max");
    out += "    " + std::string(rest.substr(0, comma)) + "\n    " +
           std::string(rest.substr(comma + 2)) + '\n';
  } else if (!rest.empty()) {
    out += "    " + std::string(rest) + '\n';
  }
  return out;
}

}  // namespace

void Learner::add_event(const event::Event& event) {
  if (!event.after.starts_with('{')) return;
  const event::Source source = reader_.read(event);
  const std::string table = std::string(source.schema) + "." + std::string(source.table);
  add(table == "." ? "" : table, {event.after, event.after_members}, false);
}

void Learner::add_row(const event::Event& row) {
  add("", {row.line, row.row_members}, true);
}

void Learner::add(const std::string& name, const ndjson::Object& row, bool plain) {
  Table& table = tables_[name];
  ++table.rows;
  ++rows_;
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  std::string column;
  while (cursor.next(member)) {
    if (plain && event::is_our_member(member.name) && member.value.starts_with('{')) continue;
    column.clear();
    ndjson::append_unescaped(column, {member.name.data() - 1, member.name.size() + 2});
    if (column.empty()) continue;
    auto found = table.columns.find(column);
    if (found == table.columns.end()) {
      if (columns_ >= kMostColumns) continue;
      ++columns_;
      found = table.columns.emplace(column, ColumnProfile{}).first;
    }
    found->second.add(member.value);
  }
}

std::string Learner::rules(Nanoseconds now) const {
  std::string out = "version: 1\nrules:\n";
  const std::size_t empty = out.size();
  for (const auto& [name, table] : tables_) {
    for (const auto& [column, profile] : table.columns) {
      for (const Proposal& proposal : profile.proposals(table.rows, now))
        out += rule_text(name, path_text({column}), proposal);
    }
  }
  return out.size() == empty ? "" : out;
}

}  // namespace cdckit::cdc_check
