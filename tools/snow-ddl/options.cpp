#include "tools/snow-ddl/options.hpp"

#include "tools/snow-ddl/run.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::vector<cli::Flag> connection_flags(Options& options) {
  cli::FlagTable table("Connection");
  table.text(
      "connection,c",
      "NAME",
      options.connection,
      "Connection of connections.toml; without it the default one, as in Snowflake's own tools.");
  table.toggle("allow-http",
               options.allow_http,
               "Accept an http:// connection to another host than this one.");
  table.duration(
      "retry-for", options.retry_for, "How long to try a server that is gone or busy, in all.");
  return table.flags;
}

std::vector<cli::Flag> script_flags(Options& options) {
  cli::FlagTable table("Scripts");
  table
      .custom(
          "var",
          "NAME=VALUE",
          [&](const std::string& text) { add_variable(options.variables, text); },
          "Value of {{ NAME }} in the scripts; a name without value is an error.")
      .repeatable = true;
  table
      .custom(
          "change-history-table",
          "DB.SCHEMA.TABLE",
          [&](const std::string& text) { options.history = parse_history_table(text); },
          "Where it is written down what was applied; apply makes it when it is missing.")
      .fallback = "METADATA.SCHEMACHANGE.CHANGE_HISTORY";
  table.text("target", "VERSION", options.target, "Leave out versioned scripts newer than this.");
  table.toggle("out-of-order",
               options.out_of_order,
               "Take versioned scripts too that are older than the newest applied one.");
  return table.flags;
}

void append(std::vector<cli::Flag>& all, std::vector<cli::Flag> more) {
  for (cli::Flag& flag : more) all.push_back(std::move(flag));
}

using Run = base::ExitCode (*)(const Options&, cli::Context&);

cli::Command folder_command(const char* name, const char* summary, Options& options, Run run) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  command.flags = connection_flags(options);
  append(command.flags, script_flags(options));
  command.positionals.push_back(
      {"DIR",
       "Folder of scripts V1.2__name.sql, R__name.sql, A__name.sql, searched to the bottom.",
       true,
       false,
       [&options](const std::string& text) { options.folder = text; }});
  command.run = [&options, run](cli::Context& context) { return run(options, context); };
  return command;
}

cli::Command plan_command(Options& options) {
  cli::Command command =
      folder_command("plan", "Print what apply would run, one line a script.", options, &run_plan);
  cli::FlagTable table("Output");
  table.toggle(
      "detailed-exitcode", options.detailed_exitcode, "End with 1 when there is something to run.");
  append(command.flags, table.flags);
  return command;
}

cli::Command apply_command(Options& options) {
  cli::Command command = folder_command(
      "apply", "Run what is not applied yet, one result line a statement.", options, &run_apply);
  cli::FlagTable table("Run");
  table.toggle("dry-run", options.dry_run, "Print the statements instead of running them.");
  append(command.flags, table.flags);
  return command;
}

cli::Command query_command(Options& options) {
  cli::Command command;
  command.name = "query";
  command.summary = "Print the rows of a statement as NDJSON.";
  command.flags = connection_flags(options);
  command.positionals.push_back({"SQL",
                                 "One or more statements, separated by semicolons.",
                                 true,
                                 false,
                                 [&options](const std::string& text) { options.sql = text; }});
  command.run = [&options](cli::Context& context) { return run_query(options, context); };
  return command;
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "snow-ddl";
  tool.summary = "Apply SQL migration scripts to Snowflake, and ask it questions.";
  tool.commands.push_back(plan_command(options));
  tool.commands.push_back(apply_command(options));
  tool.commands.push_back(folder_command(
      "status", "Print the state of every script, one line each.", options, &run_status));
  tool.commands.push_back(query_command(options));
  tool.examples = {
      {"snow-ddl plan -c prod migrations", "What would be run?"},
      {"snow-ddl apply -c prod migrations --var database=CDC",
       "Run it; a second time there is nothing to do."},
      {"snow-ddl query -c prod 'select count(*) as n from CDC.RAW.LIVE_STATE' | jq .N",
       "Ask something."},
  };
  return tool;
}

void add_variable(Variables& variables, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw std::invalid_argument(fmt::format("\"{}\" is not NAME=VALUE", text));
  }
  variables[text.substr(0, equals)] = text.substr(equals + 1);
}

}  // namespace cdckit::snow_ddl
