#include "tools/cdc-check/report/report_file.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/json_string.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/io/locked_file.hpp"
#include "common/ndjson/grammar.hpp"
#include "common/ndjson/text.hpp"
#include "tools/cdc-check/report/summary.hpp"

#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kMostRuns = 1000;
constexpr std::string_view kHistory = "## Runs";
constexpr std::string_view kTitle = "# cdc-check";
constexpr std::string_view kHistoryHead =
    "| started | exit | lines | passed | kept back | broken rules |\n"
    "| --- | ---: | ---: | ---: | ---: | --- |\n";

[[noreturn]] void refuse_file(const std::string& path) {
  throw base::Error(base::ErrorKind::cannot_create,
                    "could not write \"" + path + "\": it is there, and no report of cdc-check");
}

void append(std::string& out, const char* name, std::string_view text) {
  ndjson::append_string(out, name);
  out += ':';
  ndjson::append_string(out, text);
  out += ',';
}

// The members that a run keeps in the history as well.
std::string run_members(const RunFacts& run, const Tally& tally) {
  std::string out;
  append(out, "started", base::format_utc(run.started));
  append(out, "ended", base::format_utc(run.ended));
  ndjson::append_member(out, "exit", static_cast<std::uint64_t>(run.exit_code));
  ndjson::append_member(out, "rows", tally.rows());
  ndjson::append_member(out, "passed", tally.passed_rows());
  ndjson::append_member(out, "quarantined", tally.quarantined_rows());
  out += R"("bad":{)";
  bool first = true;
  for (const RuleCount& rule : tally.rules()) {
    if (rule.bad == 0) continue;
    if (!first) out += ',';
    first = false;
    ndjson::append_string(out, rule.code->rule.name);
    out += ':' + std::to_string(rule.bad);
  }
  return out + '}';
}

std::string rule_json(const RuleCount& count) {
  const Rule& rule = count.code->rule;
  std::string out = "{";
  append(out, "name", rule.name);
  append(out, "kind", word_of(rule.kind));
  append(out, "severity", word_of(rule.severity));
  append(out, "table", rule.table);
  ndjson::append_member(out, "rows", count.rows);
  ndjson::append_member(out, "bad", count.bad);
  out += R"("ratio":)" + fmt::format("{}", count.ratio());
  out += R"(,"last":)";
  if (count.last_line == 0) return out + "null}";
  out += '{';
  ndjson::append_member(out, "line", count.last_line);
  if (count.last_pos.empty()) {
    ndjson::append_member(out, "pos", "null");
  } else {
    append(out, "pos", count.last_pos);
  }
  append(out, "reason", base::to_valid_utf8(count.last_reason()));
  out.back() = '}';
  return out + '}';
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '<' || c == '*' || c == '_') out += '\\';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string history_row(const RunFacts& run, const Tally& tally) {
  std::string broken;
  for (const RuleCount& rule : tally.rules()) {
    if (rule.bad == 0) continue;
    broken +=
        (broken.empty() ? "" : ", ") + cell(rule.code->rule.name) + " " + std::to_string(rule.bad);
  }
  return fmt::format("| {} | {} | {} | {} | {} | {} |",
                     base::format_utc(run.started),
                     run.exit_code,
                     tally.rows(),
                     tally.passed_rows(),
                     tally.quarantined_rows(),
                     broken);
}

std::vector<std::string> read_json_history(const std::string& path, const std::string& text) {
  if (!ndjson::is_json(text) || !base::trim(text).starts_with('{')) refuse_file(path);
  const std::string_view object = base::trim(text);
  if (ndjson::find_member(object, "tool") != "\"cdc-check\"") refuse_file(path);
  std::vector<std::string> history;
  const std::string_view runs = ndjson::find_member(object, "history");
  if (!runs.starts_with('[')) refuse_file(path);
  ndjson::ArrayCursor cursor(runs);
  std::string_view run;
  while (cursor.next(run)) history.emplace_back(run);
  return history;
}

std::vector<std::string> read_markdown_history(const std::string& path, const std::string& text) {
  const std::size_t begin = text.find(kHistory);
  if (!text.starts_with(kTitle) || begin == std::string::npos) refuse_file(path);
  std::vector<std::string> history;
  for (const std::string& line : base::split(text.substr(begin), '\n')) {
    if (line.starts_with("| ") && line.size() > 3 && line[2] >= '0' && line[2] <= '9')
      history.push_back(line);
  }
  return history;
}

}  // namespace

std::string json_report(const RunFacts& run,
                        const Tally& tally,
                        const std::vector<std::string>& history) {
  std::string out = R"({"tool":"cdc-check","v":1,)";
  append(out, "rules_file", base::to_valid_utf8(run.rules_file));
  const std::string members = run_members(run, tally);
  out += members + R"(,"rules":[)";
  for (const RuleCount& rule : tally.rules()) {
    if (&rule != &tally.rules().front()) out += ',';
    out += "\n  " + rule_json(rule);
  }
  out += R"(],"history":[)";
  for (const std::string& line : history) out += "\n  " + line + ',';
  return out + "\n  {" + members + "}]}\n";
}

std::string markdown_report(const RunFacts& run,
                            const Tally& tally,
                            const std::vector<std::string>& history) {
  std::string out = std::string(kTitle) + ": " + cell(base::to_valid_utf8(run.rules_file)) + "\n\n";
  out += fmt::format("{} to {}, exit code {}: {}.\n\n",
                     base::format_utc(run.started),
                     base::format_utc(run.ended),
                     run.exit_code,
                     summary_line(tally));
  out += "| rule | kind | severity | lines | bad | ratio | last |\n";
  out += "| --- | --- | --- | ---: | ---: | ---: | --- |\n";
  for (const RuleCount& count : tally.rules()) {
    const Rule& rule = count.code->rule;
    std::string last;
    if (count.last_line > 0)
      last = "line " + std::to_string(count.last_line) + ": " +
             cell(base::to_valid_utf8(count.last_reason()));
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n",
                       cell(rule.name),
                       cell(word_of(rule.kind)),
                       word_of(rule.severity),
                       count.rows,
                       count.bad,
                       percent(count.ratio()),
                       last);
  }
  out += "\n" + std::string(kHistory) + "\n\n" + std::string(kHistoryHead);
  for (const std::string& line : history) out += line + '\n';
  return out + history_row(run, tally) + '\n';
}

ReportFile::ReportFile(std::string path)
    : path_(std::move(path)), markdown_(path_.ends_with(".md") || path_.ends_with(".markdown")) {
  std::error_code failure;
  if (!std::filesystem::exists(path_, failure)) {
    const std::string folder = io::folder_of(path_);
    if (::access(folder.c_str(), W_OK) != 0)
      throw base::system_error(
          base::ErrorKind::cannot_create, "could not create \"" + path_ + "\"", errno);
    return;
  }
  const std::string text = io::read_file(path_);
  if (text.empty()) return;
  history_ = markdown_ ? read_markdown_history(path_, text) : read_json_history(path_, text);
  if (history_.size() >= kMostRuns)
    history_.erase(history_.begin(), history_.end() - static_cast<std::ptrdiff_t>(kMostRuns - 1));
}

void ReportFile::write(const RunFacts& run, const Tally& tally) const {
  io::replace_file(
      path_,
      markdown_ ? markdown_report(run, tally, history_) : json_report(run, tally, history_),
      false);
}

}  // namespace cdckit::cdc_check
