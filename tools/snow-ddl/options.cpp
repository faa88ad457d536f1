#include "tools/snow-ddl/options.hpp"

#include "common/cli/text_table.hpp"
#include "tools/snow-ddl/commands/apply.hpp"
#include "tools/snow-ddl/commands/check.hpp"
#include "tools/snow-ddl/commands/generate.hpp"
#include "tools/snow-ddl/commands/objects.hpp"
#include "tools/snow-ddl/commands/offline.hpp"
#include "tools/snow-ddl/commands/plan.hpp"
#include "tools/snow-ddl/commands/query.hpp"
#include "tools/snow-ddl/commands/states.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using Flags = std::vector<cli::Flag>;
using Run = std::function<base::ExitCode(cli::Context&)>;

Flags connection_flags(Options& options) {
  cli::FlagTable table("Connection");
  ServerSettings& server = options.settings.server;
  table.text(
      "connection,c",
      "NAME",
      server.connection,
      "Connection of connections.toml; without it the default one, as in Snowflake's own tools.");
  table.toggle("allow-http",
               server.allow_http,
               "Accept an http:// connection to another host than this one.");
  table.duration(
      "retry-for", server.retry_for, "How long to try a server that is gone or busy, in all.");
  return table.flags;
}

Flags variable_flags(Options& options) {
  cli::FlagTable table("Scripts");
  ScriptSettings& scripts = options.settings.scripts;
  table
      .custom(
          "var",
          "NAME=VALUE",
          [&](const std::string& text) { add_variable(scripts.variables, text); },
          "Value of ${NAME} in the scripts; a name without value is an error.")
      .repeatable = true;
  table
      .custom(
          "var-env",
          "NAME=ENVIRONMENT",
          [&](const std::string& text) { add_variable_of_environment(scripts.variables, text); },
          "The same from an environment variable: a secret, shown nowhere.")
      .repeatable = true;
  table
      .custom(
          "var-file",
          "NAME=FILE",
          [&](const std::string& text) { add_variable_of_file(scripts.variables, text); },
          "The same from a file: a secret, shown nowhere.")
      .repeatable = true;
  table
      .choice("template",
              {{"dollar", Template::dollar}, {"jinja", Template::jinja}, {"none", Template::none}},
              scripts.with,
              "How names stand in scripts: ${name}, Jinja's {{ name }} as schemachange has it, or "
              "not at all.")
      .fallback = "dollar";
  return table.flags;
}

Flags history_flags(Options& options) {
  cli::FlagTable table("Scripts");
  Settings& settings = options.settings;
  table
      .custom(
          "change-history-table",
          "DB.SCHEMA.TABLE",
          [&](const std::string& text) { settings.history = parse_history_table(text); },
          "Where it is written down what was applied; apply makes it when it is missing.")
      .fallback = "METADATA.SCHEMACHANGE.CHANGE_HISTORY";
  table.text(
      "target", "VERSION", settings.plan.target, "Leave out versioned scripts newer than this.");
  table.toggle("out-of-order",
               settings.plan.out_of_order,
               "Take versioned scripts too that are older than the newest applied one.");
  return table.flags;
}

void append(Flags& all, Flags more) {
  for (cli::Flag& flag : more) all.push_back(std::move(flag));
}

// The folder, and what is done with it.
cli::Command scripts_command(const char* name, const char* summary, Options& options, Run run) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  command.positionals.push_back(
      {"DIR",
       "Folder of scripts V1.2__name.sql, R__name.sql, A__name.sql, searched to the bottom.",
       true,
       false,
       [&options](const std::string& text) { options.settings.scripts.folder = text; }});
  command.run = [&options, run](cli::Context& context) {
    return context.options().check ? check(options.settings, context) : run(context);
  };
  return command;
}

cli::Command server_command(const char* name, const char* summary, Options& options, Run run) {
  cli::Command command = scripts_command(name, summary, options, std::move(run));
  command.flags = connection_flags(options);
  append(command.flags, variable_flags(options));
  append(command.flags, history_flags(options));
  return command;
}

cli::Command plan_command(Options& options) {
  cli::Command command = server_command(
      "plan",
      "Print what apply would run and why, one line a script.",
      options,
      [&options](cli::Context& context) { return plan(options.settings, options.plan, context); });
  cli::FlagTable table("Output");
  table
      .choice("format",
              {"ndjson", "text", "pretty", "md", "github"},
              options.plan.format,
              "For programs, terminals (text and pretty are the same), pull requests, or GitHub's "
              "annotations. Default: text on a terminal, else ndjson.")
      .fallback = "";
  table.toggle("digest",
               options.plan.digest,
               "Print what apply --plan-digest takes: alone, or with --format as the last line.");
  table.toggle("detailed-exitcode",
               options.plan.detailed_exitcode,
               "End with 1 when there is something to run.");
  table.toggle("server-check",
               options.plan.server_check,
               "Ask the server about each statement, without running it: queries and DML are "
               "explained, objects described. End with 1 when it refuses one.");
  table.toggle("offline",
               options.plan.offline,
               "Ask no server: every script counts as not applied, every object as there; apply "
               "refuses the digest.");
  append(command.flags, table.flags);
  return command;
}

// One that prints lines about scripts: a table on a terminal.
cli::Command table_command(const char* name, const char* summary, Options& options, Run run) {
  cli::Command command = server_command(name, summary, options, std::move(run));
  cli::FlagTable table("Output");
  cli::add_table_format(table, options.settings.table_format);
  append(command.flags, table.flags);
  return command;
}

void set_digest(std::string& target, const std::string& text) {
  if (text.starts_with(kOfflineDigest))
    throw std::invalid_argument(
        "it is of an offline plan, which has not seen what is applied; make one with the server");
  constexpr std::size_t kDigits = 64;
  const bool digits = text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
                        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                      });
  if (!digits) throw std::invalid_argument(fmt::format("\"{}\" is not 64 hex digits", text));
  target = text;
}

cli::Command apply_command(Options& options) {
  cli::Command command = server_command("apply",
                                        "Run what is not applied yet, one result line a statement.",
                                        options,
                                        [&options](cli::Context& context) {
                                          return apply(options.settings, options.apply, context);
                                        });
  cli::FlagTable table("Run");
  table.custom(
      "plan-digest",
      "HEX",
      [&options](const std::string& text) { set_digest(options.apply.digest, text); },
      "Run only the plan with this digest: nothing changed since it was looked at.");
  table.toggle("allow-destructive",
               options.apply.allow_destructive,
               "Run statements too that take data away.");
  table.toggle("keep-going",
               options.apply.keep_going,
               "Behind a repeatable script that fails, run the others.");
  table.toggle("dry-run", options.apply.dry_run, "Print the statements instead of running them.");
  append(command.flags, table.flags);
  return command;
}

cli::Command baseline_command(Options& options) {
  cli::Command command =
      server_command("baseline",
                     "Take scripts for applied without running them, up to --target.",
                     options,
                     [&options](cli::Context& context) {
                       return baseline(options.settings, options.repeatables, context);
                     });
  cli::FlagTable table("Run");
  table.toggle("repeatable", options.repeatables, "The repeatable scripts, too.");
  append(command.flags, table.flags);
  return command;
}

cli::Command pull_command(Options& options) {
  cli::Command command =
      scripts_command("pull",
                      "Write the objects of the connection's database as scripts into DIR.",
                      options,
                      [&options](cli::Context& context) {
                        return pull(options.settings, options.schema, context);
                      });
  command.positionals.front().help = "Folder for the scripts, made when it is missing.";
  command.flags = connection_flags(options);
  cli::FlagTable table("Run");
  table.text("schema", "NAME", options.schema, "This schema alone; without it all of them.");
  append(command.flags, table.flags);
  return command;
}

// Needs no server.
cli::Command offline_command(const char* name,
                             const char* summary,
                             Options& options,
                             base::ExitCode (*run)(const ScriptSettings&)) {
  cli::Command command = scripts_command(name, summary, options, Run());
  command.run = [&options, run](cli::Context& context) {
    return context.options().check ? check_scripts(options.settings.scripts)
                                   : run(options.settings.scripts);
  };
  command.flags = variable_flags(options);
  return command;
}

cli::Command query_command(Options& options) {
  cli::Command command;
  command.name = "query";
  command.summary = "Print the rows of a statement as NDJSON.";
  command.flags = connection_flags(options);
  command.positionals.push_back(
      {"SQL",
       "One or more statements, separated by semicolons.",
       false,
       false,
       [&options](const std::string& text) { options.query.sql = text; }});
  cli::FlagTable table("Statement");
  table
      .custom(
          "bind",
          "[TYPE:]VALUE",
          [&options](const std::string& text) {
            options.query.bindings.push_back(parse_binding(text));
          },
          "Value of the next ? of one statement: TEXT, or of a type of the SQL API (FIXED:42); "
          "NULL: "
          "is no value.")
      .repeatable = true;
  table.toggle("async",
               options.query.async,
               "Leave the statement to the server, and print its handle instead of rows.");
  table.text("result",
             "HANDLE",
             options.query.result,
             "Wait for a statement that was left to the server, and print its rows.");
  append(command.flags, table.flags);
  command.run = [&options](cli::Context& context) {
    return context.options().check ? check(options.settings, context)
                                   : query(options.settings.server, options.query, context);
  };
  return command;
}

cli::FlagTable generate_flags(GenerateFlags& flags) {
  cli::FlagTable table("Tables");
  table.text("from",
             "FILE",
             flags.from,
             "Schema lines, as walcat --schema-only prints them; without it stdin.");
  table.text("out",
             "DIR",
             flags.folder,
             "Folder of scripts that the new ones go to, behind its newest version; made when it "
             "is missing.");
  table
      .choice("merge",
              {{"none", Folding::none}, {"task", Folding::task}, {"dynamic", Folding::dynamic}},
              flags.layout.folding,
              "Who folds journals into mirrors: snow-put; a task on a stream; or nobody, for the "
              "mirror is a dynamic table.")
      .fallback = "as it was, else none";
  table
      .duration(
          "every", flags.every, "How often a task looks, how far a dynamic table may be behind.")
      .fallback = "as it was, else 1m";
  table.toggle("history",
               flags.layout.history,
               "Also NAME_HISTORY: every version of a row, from commit to commit.");
  table.toggle("live",
               flags.layout.live,
               "Also the view NAME_LIVE: the mirror with what the journal has beyond it.");
  table.toggle("soft-deletes",
               flags.layout.soft_deletes,
               "Mirrors keep deleted rows, marked by _CDC_DELETED.");
  table
      .custom(
          "table-map",
          "SRC=DST",
          [&flags](const std::string& text) {
            flags.table_map.push_back(journal::table_map_entry(text));
          },
          "As it is given to snow-put: SCHEMA.TABLE (or TABLE, or a regular expression) goes into "
          "mirror table DST.")
      .repeatable = true;
  table.list("add-column", "COL=TEXT", flags.added, "As it is given to snow-put.");
  return table;
}

cli::Command generate_command(Options& options) {
  cli::Command command;
  command.name = "generate";
  command.summary = "Write scripts for the tables of a pipeline, or for what changes of them.";
  command.flags = generate_flags(options.generate).flags;
  command.run = [&options](cli::Context& context) { return generate(options.generate, context); };
  return command;
}

// A command that only needs the settings.
Run with_settings(Options& options, base::ExitCode (*run)(const Settings&, const cli::Context&)) {
  return [&options, run](cli::Context& context) { return run(options.settings, context); };
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "snow-ddl";
  tool.summary = "Apply SQL migration scripts to Snowflake, and ask it questions.";
  tool.commands.push_back(plan_command(options));
  tool.commands.push_back(apply_command(options));
  tool.commands.push_back(table_command("status",
                                        "Print the state of every script, one line each.",
                                        options,
                                        with_settings(options, &status)));
  tool.commands.push_back(
      table_command("verify",
                    "Print scripts that are not as they were applied; then end with 1.",
                    options,
                    with_settings(options, &verify)));
  tool.commands.push_back(
      server_command("repair",
                     "Take what ran as it stands in the scripts now, forget failures.",
                     options,
                     with_settings(options, &repair)));
  tool.commands.push_back(baseline_command(options));
  tool.commands.push_back(server_command(
      "undo",
      "Take the newest version back by its script U1.2__name.sql, or all above --target.",
      options,
      [&options](cli::Context& context) { return undo(options.settings, context); }));
  tool.commands.push_back(
      server_command("drift",
                     "Print objects that are not as scripts left them; then end with 1.",
                     options,
                     with_settings(options, &drift)));
  tool.commands.push_back(
      server_command("preview",
                     "Run what apply would run on a clone of the database, and drop it.",
                     options,
                     with_settings(options, &preview)));
  tool.commands.push_back(pull_command(options));
  tool.commands.push_back(offline_command(
      "lint", "Print what is wrong with the scripts; then end with 1.", options, &lint));
  tool.commands.push_back(
      offline_command("render", "Print the scripts as they are sent.", options, &render_scripts));
  tool.commands.push_back(generate_command(options));
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

}  // namespace cdckit::snow_ddl
