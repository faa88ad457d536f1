#include "tools/walcat/change/silent_changes.hpp"

#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

constexpr std::uint32_t kVarchar = 1043;

std::string name_of(const Relation& relation) {
  return relation.schema + "." + relation.table;
}

std::string reading(const Relation& relation) {
  return "walcat snapshot " + name_of(relation) + " reads the rows as they are";
}

std::string remedy(const Relation& relation) {
  return "no event says so; " + reading(relation);
}

const Relation::Column* find(const std::vector<Relation::Column>& columns,
                             const std::string& name) {
  const auto found = std::find_if(
      columns.begin(), columns.end(), [&](const auto& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

// The one at this place is called otherwise now.
bool is_renamed(const std::vector<Relation::Column>& before,
                const Relation& relation,
                std::size_t place) {
  return place < before.size() && before[place].type == relation.columns[place].type &&
         !has_column(relation, before[place].name);
}

bool changes_values(const Relation::Column& before, const Relation::Column& now) {
  if (before.type != now.type) return true;
  return before.modifier != now.modifier && now.type != kVarchar;
}

std::string renamed(const std::string& which, const std::string& now, const Relation& relation) {
  return which + " is called \"" + now +
         "\" now, where sinks have none of the rows that were there: " +
         "rename it there too, or " + reading(relation);
}

// Columns keep their order: where two that stay have changed places, their names went round or
// were given again.
bool has_changed_places(const std::vector<Relation::Column>& before, const Relation& relation) {
  auto from = before.begin();
  for (const auto& column : relation.columns) {
    if (find(before, column.name) == nullptr) continue;
    from =
        std::find_if(from, before.end(), [&](const auto& old) { return old.name == column.name; });
    if (from == before.end()) return true;
  }
  return false;
}

// What is read and not streamed is of the present.
std::uint32_t xid_of(const Relation& relation, const CatalogTable& catalog) {
  return relation.xid != 0 ? relation.xid : catalog.next_xid;
}

}  // namespace

std::vector<std::string> column_changes(const std::vector<Relation::Column>& before,
                                        const Relation& relation,
                                        const CatalogTable& catalog) {
  std::vector<std::string> changes;
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    const auto& column = relation.columns[i];
    const std::string which = "column \"" + column.name + "\" of table \"" + name_of(relation);
    const auto& known = catalog.columns.at(i);
    if (const auto* old = find(before, column.name)) {
      if (changes_values(*old, column)) {
        changes.push_back(
            which + "\" has another type now, its values may have changed: " + remedy(relation));
      }
    } else if (is_renamed(before, relation, i)) {
      changes.push_back(
          renamed("column \"" + before[i].name + "\" of table \"" + name_of(relation) + "\"",
                  column.name,
                  relation));
    } else if (!known.nullable || !known.default_expression.empty() || known.missing) {
      changes.push_back(
          which + "\" was added with a value for the rows that were there: " + remedy(relation) +
          (known.missing ? "; pg-load --alter gives the value to those that it has" : ""));
    }
  }
  if (changes.empty() && has_changed_places(before, relation)) {
    changes.push_back("columns of table \"" + name_of(relation) +
                      "\" have changed names or were made again: " + remedy(relation));
  }
  return changes;
}

SilentChanges::Known SilentChanges::known_from(const Relation& relation,
                                               const CatalogTable& catalog) {
  return {name_of(relation), relation.columns, catalog.files, xid_of(relation, catalog)};
}

void SilentChanges::met(const Relation& relation, const CatalogTable& catalog) {
  const auto found = known_.find(relation.oid);
  if (found != known_.end()) {
    if (found->second.name != name_of(relation)) {
      log::warning(renamed("table \"" + found->second.name + "\"", name_of(relation), relation));
    }
    const auto changes = column_changes(found->second.columns, relation, catalog);
    for (const auto& text : changes) log::warning(text);
    if (changes.empty()) compare_files(found->second, relation, catalog);
  }
  known_[relation.oid] = known_from(relation, catalog);
}

void SilentChanges::came_with_rows(const Relation& relation) {
  log::warning("table \"" + name_of(relation) +
               "\" came to the publication with the rows that it had: " + remedy(relation));
}

void SilentChanges::read_anew(const Relation& relation, const CatalogTable& catalog) {
  known_[relation.oid] = known_from(relation, catalog);
  waiting_.erase(relation.oid);
}

std::optional<std::uint32_t> SilentChanges::last_seen(std::uint32_t oid) const {
  const auto found = known_.find(oid);
  return found == known_.end() ? std::nullopt : std::optional(found->second.xid);
}

// The catalog is ahead of the stream: a TRUNCATE may have its event yet.
void SilentChanges::compare_files(const Known& before,
                                  const Relation& relation,
                                  const CatalogTable& catalog) {
  if (catalog.files.empty()) return;  // it is gone
  const std::string which = "\"" + name_of(relation) + "\"";
  for (const auto& [leaf, file] : before.files) {
    const auto now = catalog.files.find(leaf);
    if (now != catalog.files.end() && now->second == file) continue;
    const std::string what =
        now == catalog.files.end()
            ? "a partition left table " + which + ": "
            : "table " + which +
                  " was rewritten or truncated (unless that was VACUUM FULL or CLUSTER): ";
    waiting_[relation.oid] = {what + remedy(relation), catalog.as_of};
    return;
  }
  const bool came = std::any_of(catalog.attached.begin(), catalog.attached.end(), [&](auto leaf) {
    return !before.files.contains(leaf);
  });
  if (!came) return;
  waiting_[relation.oid] = {"a partition was attached to table " + which +
                                " with the rows that it had: " + remedy(relation),
                            catalog.as_of};
}

void SilentChanges::truncated(std::uint32_t oid) {
  waiting_.erase(oid);
}

void SilentChanges::passed(std::uint64_t lsn) {
  if (waiting_.empty()) return;
  std::erase_if(waiting_, [lsn](const auto& entry) {
    if (entry.second.as_of > lsn) return false;
    log::warning(entry.second.text);
    return true;
  });
}

}  // namespace cdckit::walcat
