#include "tools/pg-load/rows/refused_row.hpp"

#include "common/ndjson/text.hpp"

#include <optional>

namespace cdckit::pg_load {
namespace {

// A table with the target's types and nothing else: what it refuses is about one value.
std::string create_try(const TargetTable& target) {
  return "CREATE TEMP TABLE cdckit_try AS SELECT * FROM " + target.quoted() + " WITH NO DATA";
}

bool is_about_a_value(const base::Error& error) {
  const auto* server = dynamic_cast<const pg::ServerError*>(&error);
  return server != nullptr &&
         (server->sqlstate().starts_with("22") || server->sqlstate() == "23514");
}

// The first column whose value is refused alone with the same SQLSTATE.
std::optional<std::size_t> find_column(Session& session,
                                       const RowStage& stage,
                                       std::int64_t ord,
                                       const std::string& sqlstate) {
  for (const std::size_t column : stage.encoder().active()) {
    session.savepoint("value");
    try {
      session.connection().execute(stage.statements().try_value("pg_temp.cdckit_try", column, ord));
      session.release("value");
    } catch (const pg::ServerError& error) {
      if (error.sqlstate().empty()) throw;
      session.roll_back_to("value");
      if (error.sqlstate() == sqlstate) return column;
    }
  }
  return std::nullopt;
}

std::string_view value_of(std::string_view row, const std::string& column) {
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  std::string scratch;
  while (cursor.next(member)) {
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    if (cut_name(ndjson::unescape(quoted, scratch)) == column) return member.value;
  }
  return {};
}

}  // namespace

std::string server_words(const TargetTable& target, const base::Error& error) {
  std::string_view words = error.what();
  const std::size_t colon = words.find(": ");
  if (words.starts_with("could not ") && colon != std::string_view::npos)
    words.remove_prefix(colon + 2);
  return "table \"" + display_name(target.name) + "\": " + std::string(words);
}

std::string refused_row_text(Session& session,
                             const RowStage& stage,
                             std::int64_t ord,
                             std::string_view row,
                             const base::Error& error) {
  std::string words = server_words(stage.target(), error);
  if (!is_about_a_value(error)) return words;
  std::optional<std::size_t> column;
  session.savepoint("why");
  try {
    session.connection().execute(create_try(stage.target()));
    column =
        find_column(session, stage, ord, dynamic_cast<const pg::ServerError&>(error).sqlstate());
  } catch (const pg::ServerError& failure) {
    if (failure.sqlstate().empty()) throw;
  }
  session.roll_back_to("why");
  if (!column) return words;
  const Column& about = stage.target().columns[*column];
  const std::string reason = words.substr(words.find(": ") + 2);
  return column_problem(
      display_name(stage.target().name), about.name, about.type, reason, value_of(row, about.name));
}

}  // namespace cdckit::pg_load
