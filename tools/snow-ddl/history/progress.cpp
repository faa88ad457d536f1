#include "tools/snow-ddl/history/progress.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/history/table_maker.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

constexpr const char* kColumns =
    "SCRIPT VARCHAR, CHECKSUM VARCHAR, STATEMENT NUMBER, ATTEMPT NUMBER, REQUEST_ID VARCHAR, STATE "
    "VARCHAR, AT TIMESTAMP_LTZ";

const char* word_of(StepState state) {
  switch (state) {
    case StepState::intent:
      return "INTENT";
    case StepState::failed:
      return "FAILED";
    case StepState::done:
      return "DONE";
  }
  return "";
}

StepState state_of(const std::string& word) {
  if (word == "DONE") return StepState::done;
  return word == "FAILED" ? StepState::failed : StepState::intent;
}

std::uint64_t number_of(const std::string& text) {
  return base::parse_unsigned(text).value_or(0);
}

void keep_later(ScriptProgress& progress, Step step) {
  const auto [known, fresh] = progress.try_emplace(step.statement, step);
  if (fresh) return;
  const auto rank = [](const Step& one) { return std::pair(one.attempt, one.state); };
  if (rank(known->second) < rank(step)) known->second = std::move(step);
}

}  // namespace

Progress::Progress(const HistoryTable& history, Execute execute)
    : table_(history.beside("_PROGRESS")), execute_(std::move(execute)) {}

std::map<std::string, ScriptProgress> Progress::read(bool make) {
  const std::string text = fmt::format(
      "SELECT SCRIPT, CHECKSUM, STATEMENT, ATTEMPT, REQUEST_ID, STATE FROM {}", sql_name(table_));
  snow::StatementResult result;
  try {
    result = make ? run_on_table(execute_, table_, kColumns, text) : run_text(execute_, text);
  } catch (const snow::SqlError& error) {
    if (make || !error.is_missing_object()) throw;
    return {};
  }
  std::map<std::string, ScriptProgress> found;
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    const std::string& script = result.text(row, "SCRIPT");
    keep_later(found[script],
               {.script = script,
                .checksum = result.text(row, "CHECKSUM"),
                .statement = number_of(result.text(row, "STATEMENT")),
                .attempt = number_of(result.text(row, "ATTEMPT")),
                .request_id = result.text(row, "REQUEST_ID"),
                .state = state_of(result.text(row, "STATE"))});
  }
  return found;
}

namespace {

std::string insert_steps(const HistoryTable& table,
                         const std::vector<Step>& steps,
                         const std::string& condition) {
  std::string text =
      fmt::format("INSERT INTO {} (SCRIPT, CHECKSUM, STATEMENT, ATTEMPT, REQUEST_ID, STATE, AT)",
                  sql_name(table));
  const char* between = "\n";
  for (const Step& step : steps) {
    text += fmt::format("{}SELECT {}, {}, {}, {}, {}, '{}', CURRENT_TIMESTAMP(){}",
                        between,
                        snow::sql_text(step.script),
                        snow::sql_text(step.checksum),
                        step.statement,
                        step.attempt,
                        snow::sql_text(step.request_id),
                        word_of(step.state),
                        condition);
    between = "\nUNION ALL ";
  }
  return text;
}

// Drivers and servers say it in one place or the other.
bool inserted_nothing(const snow::StatementResult& result) {
  const bool said = !result.rows.empty() && !result.rows.front().empty();
  return result.inserted == 0 && (!said || result.rows.front().front() == "0");
}

}  // namespace

void Progress::prove() {
  try {
    (void)run_on_table(
        execute_, table_, kColumns, fmt::format("DELETE FROM {} WHERE 1 = 0", sql_name(table_)));
  } catch (const snow::SqlError& error) {
    refuse_rights("progress", table_, error);
  }
}

std::string Progress::guarded() const {
  return condition_.empty() ? std::string() : " WHERE " + condition_;
}

std::string Progress::add_text(const std::vector<Step>& steps) const {
  return insert_steps(table_, steps, {});
}

void Progress::add(const std::vector<Step>& steps) {
  if (steps.empty()) return;
  const auto result = run_text(execute_, insert_steps(table_, steps, guarded()));
  if (!condition_.empty() && inserted_nothing(result))
    throw base::Error(
        base::ErrorKind::temporary,
        "could not go on: another run has taken the lock over",
        "Run it again when that one is through: it goes on behind the last statement.");
}

std::string Progress::forget_text(const std::string& script) const {
  const std::string also = condition_.empty() ? std::string() : " AND " + condition_;
  return fmt::format(
      "DELETE FROM {} WHERE SCRIPT = {}{}", sql_name(table_), snow::sql_text(script), also);
}

void Progress::replace(const std::string& script, const ScriptProgress& steps) {
  std::vector<std::string> statements{forget_text(script)};
  std::vector<Step> all;
  for (const auto& [number, step] : steps) all.push_back(step);
  if (!all.empty()) statements.push_back(add_text(all));
  run_together(execute_, statements);
}

}  // namespace cdckit::snow_ddl
