#include "tools/snow-ddl/objects/object_store.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/history/table_maker.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr const char* kColumns =
    "KIND VARCHAR, NAME VARCHAR, DDL VARCHAR, SCRIPT VARCHAR, AT TIMESTAMP_LTZ";
constexpr std::size_t kTogether = 25;  // objects in one request

}  // namespace

std::string normalised_ddl(std::string_view ddl) {
  std::string_view rest = base::trim(ddl);
  while (rest.ends_with(';')) rest = base::trim(rest.substr(0, rest.size() - 1));
  std::string out;
  char quote = 0;
  for (const char c : rest) {
    const bool blank = quote == 0 && std::isspace(static_cast<unsigned char>(c)) != 0;
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    }
    if (!blank) {
      out += c;
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

ObjectStore::ObjectStore(const HistoryTable& history, Execute execute)
    : table_(history.beside("_OBJECTS")), execute_(std::move(execute)) {}

// Empty when the server refuses one of them.
ObjectStore::Texts ObjectStore::ask(const std::vector<MadeObject>& objects) const {
  std::string text;
  for (std::size_t i = 0; i < objects.size(); ++i)
    text += fmt::format("{}SELECT {} AS N, GET_DDL({}, {}, TRUE) AS DDL",
                        i == 0 ? "" : "\nUNION ALL ",
                        i,
                        snow::sql_text(objects[i].kind),
                        snow::sql_text(objects[i].name));
  Texts texts(objects.size());
  try {
    const auto result = run_text(execute_, text);
    for (std::size_t row = 0; row < result.rows.size(); ++row) {
      const auto number = base::parse_unsigned(result.text(row, "N")).value_or(objects.size());
      if (number < texts.size()) texts[number] = result.text(row, "DDL");
    }
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    return {};
  }
  return texts;
}

ObjectStore::Texts ObjectStore::live_texts(const std::vector<MadeObject>& objects) const {
  Texts all;
  for (std::size_t begin = 0; begin < objects.size(); begin += kTogether) {
    const auto from = objects.begin() + static_cast<std::ptrdiff_t>(begin);
    const std::vector<MadeObject> some(
        from, from + static_cast<std::ptrdiff_t>(std::min(kTogether, objects.size() - begin)));
    Texts texts = ask(some);
    for (std::size_t i = 0; texts.size() < some.size() && i < some.size(); ++i) {
      // one of them is not there: each for itself
      const Texts alone = some.size() == 1 ? Texts() : ask({some[i]});
      texts.push_back(alone.empty() ? std::nullopt : alone.front());
    }
    all.insert(all.end(), texts.begin(), texts.end());
  }
  return all;
}

void ObjectStore::keep(const std::vector<LeftObject>& objects) {
  if (objects.empty()) return;
  std::vector<MadeObject> there;
  for (const LeftObject& left : objects) {
    if (!left.object.dropped) there.push_back(left.object);
  }
  const Texts texts = live_texts(there);
  (void)run_on_table(
      execute_, table_, kColumns, fmt::format("SELECT KIND FROM {} WHERE 1 = 0", sql_name(table_)));
  std::size_t text = 0;
  for (std::size_t begin = 0; begin < objects.size(); begin += kTogether) {
    std::string which;
    std::string rows;
    for (std::size_t i = begin; i < std::min(begin + kTogether, objects.size()); ++i) {
      const auto& [script, object] = objects[i];
      const std::string kind = snow::sql_text(object.kind);
      const std::string name = snow::sql_text(object.name);
      which += fmt::format("{}(KIND = {} AND NAME = {})", which.empty() ? "" : " OR ", kind, name);
      const auto ddl = object.dropped ? std::nullopt : texts[text++];
      if (!ddl) continue;
      rows += fmt::format("{}SELECT {}, {}, {}, {}, CURRENT_TIMESTAMP()",
                          rows.empty() ? "" : "\nUNION ALL ",
                          kind,
                          name,
                          snow::sql_text(*ddl),
                          snow::sql_text(script));
    }
    std::vector<std::string> statements{
        fmt::format("DELETE FROM {} WHERE {}", sql_name(table_), which)};
    if (!rows.empty())
      statements.push_back(
          fmt::format("INSERT INTO {} (KIND, NAME, DDL, SCRIPT, AT)\n{}", sql_name(table_), rows));
    run_together(execute_, statements);
  }
}

std::vector<StoredObject> ObjectStore::read() {
  std::vector<StoredObject> out;
  try {
    const auto result =
        run_text(execute_,
                 fmt::format("SELECT KIND, NAME, DDL, SCRIPT FROM {} ORDER BY NAME, KIND",
                             sql_name(table_)));
    for (std::size_t row = 0; row < result.rows.size(); ++row)
      out.push_back({result.text(row, "KIND"),
                     result.text(row, "NAME"),
                     result.text(row, "DDL"),
                     result.text(row, "SCRIPT")});
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
  }
  return out;
}

std::vector<Drift> ObjectStore::find_drift() {
  const std::vector<StoredObject> stored = read();
  std::vector<MadeObject> objects;
  for (const StoredObject& object : stored) objects.push_back({object.kind, object.name, false});
  const Texts texts = live_texts(objects);
  std::vector<Drift> out;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!texts[i]) {
      out.push_back({stored[i], "missing"});
    } else if (normalised_ddl(*texts[i]) != normalised_ddl(stored[i].ddl)) {
      out.push_back({stored[i], "changed"});
    }
  }
  return out;
}

}  // namespace cdckit::snow_ddl
