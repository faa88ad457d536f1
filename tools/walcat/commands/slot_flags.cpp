#include "tools/walcat/commands/slot_flags.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"

#include <stdexcept>

namespace cdckit::walcat {
namespace {

constexpr std::chrono::milliseconds kWatch{2000};

void add_all(std::vector<cli::Flag>& into, const cli::FlagTable& table) {
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

void set_watch(std::chrono::milliseconds& watch, const std::string& text) {
  const auto given = text.empty() ? kWatch : base::parse_duration(text).value_or(kWatch * 0);
  if (given.count() <= 0) throw std::invalid_argument("\"" + text + "\" is not a time such as 5s");
  watch = given;
}

}  // namespace

void add_watch_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options) {
  cli::FlagTable table("Output");
  table
      .custom(
          "watch",
          "TIME",
          [&options](const std::string& text) { set_watch(options.watch, text); },
          "Again and again, this often (2s when left out), until interrupted; each line begins "
          "with ts_ms.")
      .optional_value = true;
  add_all(into, table);
}

void add_failover_flag(std::vector<cli::Flag>& into, bool& failover) {
  cli::FlagTable table("Source");
  table.toggle("failover",
               failover,
               "Make the slot one that standbys keep too, so that the stream goes on after a "
               "failover. PostgreSQL 17 and newer.");
  add_all(into, table);
}

void add_advance_flags(std::vector<cli::Flag>& into, SlotCommandOptions& options) {
  cli::FlagTable table("Source");
  table.custom(
      "to",
      "LSN",
      [&options](const std::string& text) { options.to = parse_position_flag(text); },
      "Move the slot to this position: an LSN, 16 hex digits, or a line's whole pos. To leave out "
      "a transaction give the end that peek --summary tells.");
  table.toggle("to-now", options.to_now, "Move the slot to the server's present position.");
  add_all(into, table);
}

void add_drop_flags(std::vector<cli::Flag>& into, SlotCommandOptions& options) {
  cli::FlagTable table("Source");
  table.toggle("if-exists", options.if_exists, "A slot that is not there is no error.");
  add_all(into, table);
}

void add_summary_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options) {
  cli::FlagTable table("Output");
  table.toggle("summary",
               options.summary,
               "Count instead of print: a line for each table of each transaction, with the end "
               "that advance --to takes, then the sums by table.");
  add_all(into, table);
}

std::uint64_t parse_position_flag(const std::string& text) {
  const auto whole = event::parse_position(text);
  const auto lsn = whole ? whole->lsn : event::parse_lsn(text);
  if (lsn) return *lsn;
  throw std::invalid_argument("\"" + text +
                              "\" is no position such as 0/16B3748, 00000000016B3748 or a line's "
                              "whole pos");
}

void check_advance_options(const SlotCommandOptions& options) {
  if (options.to.has_value() != options.to_now) return;
  throw base::Error(base::ErrorKind::usage,
                    options.to_now
                        ? "could not use --to together with --to-now"
                        : "could not run walcat advance: neither --to nor --to-now given",
                    "Choose one of the two.");
}

}  // namespace cdckit::walcat
