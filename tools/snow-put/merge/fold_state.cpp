#include "tools/snow-put/merge/fold_state.hpp"

#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>

namespace cdckit::snow_put {
namespace {

std::string text_of(const ndjson::Object& object, std::string_view name) {
  std::string text;
  const std::string_view token = ndjson::find_member(object, name);
  if (token.size() > 2 && token.front() == '"') ndjson::append_unescaped(text, token);
  return text;
}

void append_text(std::string& out, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  if (out.back() != '{') out += ',';
  ndjson::append_string(out, name);
  out += ':';
  ndjson::append_string(out, value);
}

}  // namespace

bool FoldState::counts_lsns() const {
  return !source.empty() && !ndjson::find_member(source, "system_id").empty();
}

const TableFold& FoldState::of(const std::string& table) const {
  static const TableFold none;
  const auto found = tables.find(table);
  return found == tables.end() ? none : found->second;
}

std::string folded_text(const TableFold& fold) {
  std::string out = "{";
  append_text(out, "cut", fold.cut);
  append_text(out, "pruned", fold.pruned);
  if (out.back() != '{') out += ',';
  out += R"("channels":{)";
  for (const auto& [name, marks] : fold.channels) {
    if (out.back() != '{') out += ',';
    ndjson::append_string(out, name);
    out += ":{";
    append_text(out, "stream", marks.stream);
    append_text(out, "snapshot", marks.snapshot);
    append_text(out, "seen", marks.seen);
    out += '}';
  }
  return out + "}}";
}

void read_folded(std::string_view json, TableFold& fold) {
  if (json.empty() || json.front() != '{') return;
  fold.cut = text_of(json, "cut");
  fold.pruned = text_of(json, "pruned");
  const std::string_view channels = ndjson::find_member(json, "channels");
  if (channels.empty() || channels.front() != '{') return;
  ndjson::ObjectCursor cursor(channels);
  ndjson::Member member;
  while (cursor.next(member)) {
    std::string name;
    ndjson::append_unescaped(name, "\"" + std::string(member.name) + "\"");
    fold.channels[name] = {text_of(member.value, "stream"),
                           text_of(member.value, "snapshot"),
                           text_of(member.value, "seen")};
  }
}

std::optional<FoldState> load_fold_state(snow::SqlApi& api,
                                         const snow::TableAddress& state,
                                         const std::string& prefix) {
  snow::StatementResult result;
  try {
    result = api.run(
        "SELECT \"PREFIX\", \"TABLE_NAME\", \"SOURCE\", \"ACKED_POS\", \"FOLDED_POS\", \"FOLDED\" "
        "FROM " +
        snow::sql_name(state) + " WHERE \"PREFIX\" = " + snow::sql_text(prefix) +
        " OR \"TABLE_NAME\" <> ''");
  } catch (const snow::SqlError& error) {
    if (error.is_missing_object()) return std::nullopt;
    throw;
  }
  FoldState out;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const std::string& table = result.text(i, "TABLE_NAME");
    if (result.text(i, "PREFIX") != prefix) {
      out.tables[table].shared = true;
      continue;
    }
    if (table.empty()) {
      // a merge and a put that began at once have made two of it, one without a source
      out.has_prefix = true;
      if (const std::string& source = result.text(i, "SOURCE"); !source.empty())
        out.source = source;
      if (const std::string& pos = result.text(i, "ACKED_POS"); !pos.empty())
        out.acknowledged = pos;
      continue;
    }
    TableFold& fold = out.tables[table];
    fold.known = true;
    fold.folded_pos = result.text(i, "FOLDED_POS");
    read_folded(result.text(i, "FOLDED"), fold);
  }
  return out;
}

std::string store_fold_sql(const snow::TableAddress& state,
                           const std::string& prefix,
                           const std::string& table,
                           const TableFold& fold) {
  const std::string prefix_text = snow::sql_text(prefix);
  const std::string name = snow::sql_text(table);
  const std::string pos = fold.folded_pos.empty() ? "NULL" : snow::sql_text(fold.folded_pos);
  const std::string folded = snow::sql_text(folded_text(fold));
  if (!fold.known) {
    return "INSERT INTO " + snow::sql_name(state) +
           " (\"PREFIX\", \"TABLE_NAME\", \"FOLDED_POS\", \"FOLDED\", \"UPDATED_AT\") SELECT " +
           prefix_text + ", " + name + ", " + pos + ", " + folded + ", SYSDATE()";
  }
  return "UPDATE " + snow::sql_name(state) + " SET \"FOLDED_POS\" = " + pos +
         ", \"FOLDED\" = " + folded +
         ", \"UPDATED_AT\" = SYSDATE() WHERE \"PREFIX\" = " + prefix_text +
         " AND \"TABLE_NAME\" = " + name;
}

std::string pruned_position(snow::SqlApi& api,
                            const snow::TableAddress& state,
                            const std::string& table) {
  std::string pruned;
  try {
    const snow::StatementResult result =
        api.run("SELECT \"FOLDED\" FROM " + snow::sql_name(state) +
                " WHERE \"TABLE_NAME\" = " + snow::sql_text(table));
    for (std::size_t i = 0; i < result.rows.size(); ++i) {
      TableFold fold;
      read_folded(result.text(i, "FOLDED"), fold);
      pruned = std::max(pruned, fold.pruned);
    }
  } catch (const snow::SqlError& error) {
    if (!error.is_missing_object()) throw;
  }
  return pruned;
}

}  // namespace cdckit::snow_put
