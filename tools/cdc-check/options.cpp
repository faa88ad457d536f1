#include "tools/cdc-check/options.hpp"

#include "common/base/error.hpp"
#include "common/pipe/value_flags.hpp"
#include "tools/cdc-check/run.hpp"

namespace cdckit::cdc_check {
namespace {

base::Error usage(const std::string& message, const std::string& hint = "") {
  return base::Error(base::ErrorKind::usage, message, hint);
}

void check_options(const Options& options) {
  if (options.rows < 0) throw usage("could not use --rows: it is below 0");
  if (options.rows > 0 && !options.learn) throw usage("could not use --rows: it goes with --learn");
  if (options.learn && options.explain) throw usage("could not use --learn with --explain");
  if (options.learn && !options.rules.empty())
    throw usage("could not use \"" + options.rules + "\" with --learn: it proposes rules");
  if (!options.learn && options.rules.empty())
    throw usage("could not start: the rule file is missing", "Name it: cdc-check rules.yaml");
}

void require_file(const Options& options) {
  if (options.file.empty()) throw usage("could not start: FILE is missing");
}

void declare_unavailable(cli::FlagTable& table, Options& options) {
  pipe::declare_unavailable(table, options.unavailable_value, ": it breaks no rule");
}

cli::Command filter_command(Options& options) {
  cli::FlagTable table;
  table.text("report",
             "FILE",
             options.report,
             "Write what came of the run: JSON, or Markdown where FILE ends with .md; runs before "
             "it that FILE knows are kept as its history.");
  table.toggle("explain",
               options.explain,
               "Say what each rule does, in words and as it is compiled; reads no lines.");
  table.toggle("learn",
               options.learn,
               "Read lines and print the rules that they keep, each with its evidence.");
  table.number("rows", "N", options.rows, "With --learn: look at the first N lines only.")
      .fallback = "all";
  declare_unavailable(table, options);
  cli::Command command;
  command.summary = "let only lines pass that keep the rules";
  command.flags = table.flags;
  command.positionals.push_back(
      {.name = "RULES.yaml",
       .help = "The rule file, see cdc-rules(5).",
       .required = false,
       .set = [&options](const std::string& path) { options.rules = path; }});
  command.filter = true;
  command.run = [&options](cli::Context& context) {
    check_options(options);
    return run(options, context);
  };
  return command;
}

cli::Command file_command(Options& options, const char* name, const char* summary) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  command.positionals.push_back(
      {.name = "FILE",
       .help = "The file to read.",
       .required = false,
       .set = [&options](const std::string& path) { options.file = path; }});
  return command;
}

cli::Command replay_command(Options& options) {
  cli::FlagTable table;
  table.text("rules", "RULES.yaml", options.rules, "The rule file, see cdc-rules(5).");
  declare_unavailable(table, options);
  cli::Command command =
      file_command(options,
                   "replay",
                   "Let lines of a quarantine go on that keep the rules now, in their order.");
  command.flags = table.flags;
  command.filter = true;
  command.run = [&options](cli::Context& context) {
    require_file(options);
    if (options.rules.empty()) throw usage("could not start: --rules is missing");
    return run_replay(options, context);
  };
  return command;
}

cli::Command import_command(Options& options) {
  cli::Command command = file_command(
      options,
      "import",
      "Turn the tests of a dbt schema.yml, Soda checks or a data contract (ODCS) into rules.");
  command.run = [&options](cli::Context& context) {
    require_file(options);
    return run_import(options, context);
  };
  return command;
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "cdc-check";
  tool.summary = "let only good rows and change events pass, keep the others";
  tool.commands.push_back(filter_command(options));
  tool.commands.push_back(replay_command(options));
  tool.commands.push_back(import_command(options));
  tool.examples = {
      {"kcat-cdc consume -b localhost -g mirror -t flights --ack a | cdc-check rules.yaml --reject "
       "bad.ndjson | snow-put --database CDC --schema RAW --ack a",
       "Only good rows reach Snowflake; the others are kept, and nothing is lost."},
      {"cdc-check rules.yaml --reject bad.ndjson < rows.ndjson > /dev/null",
       "Check a file: exit code 1 when it holds bad rows."},
      {"walcat -d shop --limit 1000 | cdc-check --learn > rules.yaml",
       "Propose rules from a sample."},
      {"cdc-check replay bad.ndjson --rules rules.yaml --reject still-bad.ndjson | pg-load -d shop "
       "--mode events",
       "Let rows go on that the rules allow now."},
      {"cdc-check --explain rules.yaml", "What the rules do."},
  };
  return tool;
}

}  // namespace cdckit::cdc_check
