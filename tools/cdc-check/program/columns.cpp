#include "tools/cdc-check/program/columns.hpp"

#include "common/ndjson/grammar.hpp"
#include "tools/cdc-check/values/bytes.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

// `written`: the name as ours would be written; another writer may have escaped more of it.
bool is_named(const ndjson::Member& member,
              const std::string& written,
              const std::string& name,
              std::string& scratch) {
  if (same_bytes(member.name, written)) return true;
  if (member.name.find('\\') == std::string_view::npos) return false;
  return ndjson::unescape({member.name.data() - 1, member.name.size() + 2}, scratch) == name;
}

ndjson::FoundMembers inside_of(const ndjson::FoundMember& member) noexcept {
  return {&member + 1, member.inside};
}

}  // namespace

std::uint16_t Columns::add(const Path& path) {
  const auto found = std::find_if(
      columns_.begin(), columns_.end(), [&](const Column& column) { return column.path == path; });
  if (found != columns_.end()) return static_cast<std::uint16_t>(found - columns_.begin());
  Column column{.path = path, .written = {}, .unescaped = {}};
  for (const std::string& name : path) ndjson::append_escaped(column.written.emplace_back(), name);
  columns_.push_back(std::move(column));
  values_.emplace_back();
  return static_cast<std::uint16_t>(columns_.size() - 1);
}

void Columns::find(const ndjson::Object& row) {
  if (columns_.empty()) return;
  if (row.found.empty()) {
    for (std::size_t i = 0; i < columns_.size(); ++i) values_[i] = inside(columns_[i], row, 0);
    return;
  }
  if (known_.size() != columns_.size()) know_columns();
  if (members_.size() <= farthest_) members_.resize(farthest_ + 1);
  const std::size_t noted = note_members(row.found);
  const std::size_t count = columns_.size();
  const Known* const known = known_.data();
  const ndjson::FoundMember* const* const members = members_.data();
  std::string_view* const values = values_.data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = known[i].place;
    if (place < noted && same_bytes(members[place]->name, known[i].name)) {
      const ndjson::FoundMember& member = *members[place];
      values[i] =
          known[i].deep ? inside(columns_[i], {member.value, inside_of(member)}, 1) : member.value;
    } else {
      values[i] = search(i, row.found);
    }
  }
}

void Columns::know_columns() {
  known_.clear();
  for (const Column& column : columns_)
    known_.push_back({.name = column.written.front(), .deep = column.path.size() > 1});
}

// As far as some column stood. A member of a member may have the name of a column, and stands
// between them.
std::size_t Columns::note_members(ndjson::FoundMembers found) noexcept {
  const ndjson::FoundMember* at = found.data();
  const ndjson::FoundMember* const end = at + found.size();
  const ndjson::FoundMember** const members = members_.data();
  const std::size_t most = members_.size();
  std::size_t count = 0;
  for (; at != end && count < most; at += 1 + at->inside) members[count++] = at;
  return count;
}

std::string_view Columns::search(std::size_t number, ndjson::FoundMembers members) {
  Column& column = columns_[number];
  std::string scratch;  // no allocation where names hold no escapes
  std::size_t place = 0;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside, ++place) {
    const ndjson::FoundMember& member = members[i];
    if (!is_named(member, column.written.front(), column.path.front(), scratch)) continue;
    known_[number].place = place;
    farthest_ = std::max(farthest_, place);
    return known_[number].deep ? inside(column, {member.value, inside_of(member)}, 1)
                               : member.value;
  }
  return {};
}

// What the rest of the path leads to.
std::string_view Columns::inside(Column& column, ndjson::Object object, std::size_t part) {
  std::string scratch;
  for (; part < column.path.size(); ++part) {
    if (object.text.starts_with('"')) {
      column.unescaped.clear();
      ndjson::append_unescaped(column.unescaped, object.text);
      if (!column.unescaped.starts_with('{') || !ndjson::is_json(column.unescaped)) return {};
      object = ndjson::Object(column.unescaped);
    }
    if (!object.text.starts_with('{')) return {};
    ndjson::ObjectCursor cursor(object);
    ndjson::Member member;
    bool found = false;
    while (!found && cursor.next(member))
      found = is_named(member, column.written[part], column.path[part], scratch);
    if (!found) return {};
    object = ndjson::Object(member.value);
  }
  return object.text;
}

}  // namespace cdckit::cdc_check
