#include "tools/walcat/filter/column_filter.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/secrets/secret.hpp"
#include "tools/walcat/filter/table_filter.hpp"

#include <algorithm>
#include <cstdlib>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

constexpr std::size_t kAsterisks = 5;
constexpr std::int32_t kModifierHead = 4;  // varchar(n) and char(n) have the modifier n + 4

[[noreturn]] void refuse(const std::string& what, const std::string& why, std::string hint) {
  throw base::Error(ErrorKind::unavailable, "could not " + what + ": " + why, std::move(hint));
}

secrets::Secret read_salt(const std::string& given) {
  if (given.starts_with('@')) return secrets::Secret::from_file(given.substr(1));
  if (!given.starts_with('$')) return secrets::Secret(given);
  const char* value = std::getenv(given.c_str() + 1);
  if (value != nullptr && *value != '\0') return secrets::Secret(value);
  throw base::Error(
      ErrorKind::config,
      "could not read the salt of --mask: the variable \"" + given.substr(1) + "\" is not set");
}

std::shared_ptr<const SaltedHash> make_hash(const MaskRule& rule) {
  if (!rule.hash) return nullptr;
  const auto salt = read_salt(rule.salt);
  if (!salt.empty()) return std::make_shared<const SaltedHash>(salt.reveal());
  throw base::Error(ErrorKind::config,
                    "could not read the salt of --mask: \"" + rule.salt + "\" is empty");
}

std::string full_name(const event::TableSchema& shape, const std::string& column = "") {
  return '"' + shape.schema + "." + shape.table + (column.empty() ? "" : "." + column) + '"';
}

// Longest text that the column takes.
std::size_t text_room(std::uint32_t type, std::int32_t modifier) {
  if (type == 19) return 63;  // name
  const bool limited = (type == 1042 || type == 1043) && modifier > kModifierHead;
  return limited ? static_cast<std::size_t>(modifier - kModifierHead) : kHashDigits;
}

void append_mask(std::string& out, std::string_view /*text*/, const Codec& codec) {
  out += codec.names.front();
}

void append_hash(std::string& out, std::string_view text, const Codec& codec) {
  out += '"';
  static_cast<const SaltedHash*>(codec.state.get())
      ->append(out, text, static_cast<std::size_t>(codec.parameter));
  out += '"';
}

Codec asterisks(std::size_t count) {
  Codec codec;
  codec.append = append_mask;
  codec.names.push_back('"' + std::string(count, '*') + '"');
  return codec;
}

Codec nothing() {
  Codec codec;
  codec.append = append_mask;
  codec.names.emplace_back("null");
  return codec;
}

bool in_key(const Table& table, std::size_t index) {
  return std::find(table.key.begin(), table.key.end(), index) != table.key.end();
}

}  // namespace

bool column_fits(const std::string& glob,
                 const event::TableSchema& shape,
                 const std::string& column) {
  const auto dots = std::count(glob.begin(), glob.end(), '.');
  std::string name = column;
  if (dots > 0) name.insert(0, shape.table + ".");
  if (dots > 1) name.insert(0, shape.schema + ".");
  return base::glob_match(glob, name);
}

ColumnFilter::ColumnFilter(const FilterOptions& options)
    : rows_change_(options.wants('u') || options.wants('d')) {
  for (const auto& glob : options.columns) columns_.push_back({{"--column " + glob}, glob});
  for (const auto& glob : options.exclude_columns)
    excludes_.push_back({{"--exclude-column " + glob}, glob});
  for (const auto& rule : options.masks)
    masks_.push_back({{{"--mask " + rule.columns}, rule.columns}, make_hash(rule)});
  for (const auto& rule : options.keys) keys_.push_back({{"--key " + rule.table}, rule});
}

void ColumnFilter::apply(Table& table, const Relation& relation, const CatalogTable& catalog) {
  if (idle()) return;
  apply_keys(table, relation);
  mask_columns(table, relation, catalog);
  hide_columns(table);
}

// The first flag that fits wins.
void ColumnFilter::apply_keys(Table& table, const Relation& relation) {
  for (auto& key : keys_) {
    if (!TableFilter({key.rule.table}, {}).selects(relation.schema, relation.table)) continue;
    key.used = true;
    set_key(table, relation, key.rule);
    return;
  }
}

// An old row that lacks a key column could not say which row was changed or deleted.
void ColumnFilter::set_key(Table& table, const Relation& relation, const KeyRule& rule) const {
  const std::string what = "give " + full_name(table.shape) + " its --key";
  for (const auto& name : rule.columns) {
    const auto found = std::find_if(relation.columns.begin(),
                                    relation.columns.end(),
                                    [&](const auto& column) { return column.name == name; });
    if (found == relation.columns.end()) {
      refuse(what, "it has no column \"" + name + '"', "The publication may leave it out.");
    }
    if (!found->key && rows_change_) {
      refuse(what,
             "updates and deletes do not carry the old value of \"" + name + '"',
             "Run ALTER TABLE ... REPLICA IDENTITY FULL (or USING INDEX), or read inserts alone: "
             "--ops c,r.");
    }
  }
  walcat::set_key(table, rule.columns);
}

bool ColumnFilter::any_fits(std::vector<ColumnRule>& rules,
                            const event::TableSchema& shape,
                            const std::string& column) {
  bool any = false;
  for (auto& rule : rules) {
    if (!column_fits(rule.glob, shape, column)) continue;
    any = rule.used = true;
  }
  return any;
}

void ColumnFilter::hide_columns(Table& table) {
  std::vector<event::Column> left;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    auto& column = table.columns[i];
    const bool chosen = columns_.empty() || any_fits(columns_, table.shape, column.name);
    const bool excluded = any_fits(excludes_, table.shape, column.name);
    const bool wanted = in_key(table, i) || (chosen && !excluded);
    column.shown = column.form.printed && wanted;
    if (wanted) left.push_back(table.shape.columns[i]);
  }
  table.shape.columns = std::move(left);
}

void ColumnFilter::mask_columns(Table& table,
                                const Relation& relation,
                                const CatalogTable& catalog) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& name = table.columns[i].name;
    const auto mask = std::find_if(masks_.begin(), masks_.end(), [&](const auto& rule) {
      return column_fits(rule.glob, table.shape, name);
    });
    if (mask == masks_.end()) continue;
    mask->used = true;
    table.shape.columns[i].missing.reset();
    const bool character = catalog.columns[i].type->character;
    if (in_key(table, i) && (mask->hash == nullptr || !character)) {
      refuse("mask " + full_name(table.shape, name),
             "it is part of the key, all rows would look alike",
             "Text may be masked with =hash:SALT; or choose another --key.");
    }
    if (!character) {
      log::info("masking " + full_name(table.shape, name) + " of type " +
                catalog.columns[i].type_name + " as null");
      table.columns[i].form.codec = nothing();
      table.columns[i].nullable = table.shape.columns[i].nullable = true;
      continue;
    }
    const auto room = text_room(relation.columns[i].type, relation.columns[i].modifier);
    auto& codec = table.columns[i].form.codec;
    codec = asterisks(std::min(room, kAsterisks));
    if (mask->hash == nullptr) continue;
    codec.append = append_hash;
    codec.state = mask->hash;
    codec.parameter = static_cast<std::int32_t>(std::min(room, kHashDigits));
  }
}

std::optional<std::string> ColumnFilter::unmatched() const {
  for (const auto& rule : columns_)
    if (!rule.used) return rule.flag;
  for (const auto& rule : excludes_)
    if (!rule.used) return rule.flag;
  for (const auto& rule : masks_)
    if (!rule.used) return rule.flag;
  for (const auto& rule : keys_)
    if (!rule.used) return rule.flag;
  return std::nullopt;
}

}  // namespace cdckit::walcat
