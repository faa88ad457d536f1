#include "common/cli/run_tool.hpp"

#include "common/base/error.hpp"
#include "common/cli/completion.hpp"
#include "common/cli/help.hpp"
#include "common/cli/parse.hpp"
#include "common/cli/standard_flags.hpp"
#include "common/cli/stats_thread.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/retry/retry.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <unistd.h>

namespace cdckit::cli {

namespace {

using base::ErrorKind;
using base::ExitCode;

log::Settings log_settings(const std::string& tool, const CommonOptions& options) {
  log::Settings settings;
  settings.tool = tool;
  settings.format = options.log_format == "json" ? log::Format::json : log::Format::text;
  settings.color = color_wish(options);
  if (options.quiet) settings.level = log::Level::error;
  if (options.verbose == 1) settings.level = log::Level::info;
  if (options.verbose > 1) settings.level = log::Level::debug;
  return settings;
}

void report(const std::string& tool, const base::Error& error) {
  std::string hint(error.hint());
  if (!hint.empty() && (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::bug))
    hint += '\n';
  if (error.kind() == ErrorKind::usage) hint += "Try '" + tool + " --help'.";
  if (error.kind() == ErrorKind::bug)
    hint += "This is a bug in " + tool + "; please report it with the command line.";
  log::error(error.what(), {}, hint);
}

// The single catch ladder.
// `context` is null before there is one. It is asked at the end: the promise is made on the way.
ExitCode guarded(const std::string& tool,
                 const Context* context,
                 const std::function<ExitCode()>& body) {
  try {
    return body();
  } catch (const base::Error& error) {
    if (error.kind() == ErrorKind::output_closed) {
      log::info(error.what());
      return context != nullptr && context->promised() ? ExitCode::retry_later : ExitCode::done;
    }
    report(tool, error);
    return base::exit_code_for(error.kind());
  } catch (const std::bad_alloc&) {
    log::error("could not go on: out of memory");
    return ExitCode::io;
  } catch (const std::exception& error) {
    report(tool, base::Error(ErrorKind::bug, std::string("could not go on: ") + error.what()));
    return ExitCode::bug;
  }
}

ExitCode print(const std::string& text) {
  io::write_all(STDOUT_FILENO, text, "stdout");
  return ExitCode::done;
}

ExitCode print_generated(const Tool& tool, const std::string& what) {
  if (what == "man-options") return print(man_options(tool));
  if (what == "flags") return print(flag_lines(tool));
  const std::string text = what.starts_with("complete-") ? completion(tool, what.substr(9)) : "";
  if (text.empty())
    throw base::Error(ErrorKind::usage, "could not generate \"" + what + "\": it is not known");
  return print(text);
}

ExitCode write_metrics(Context& context) {
  return guarded(context.tool(), &context, [&] {
    context.metrics().write_file(context.options().metrics_file);
    return ExitCode::done;
  });
}

// The label `kind` of TOOL_errors_total.
std::string kind_of(ExitCode code) {
  switch (code) {
    case ExitCode::bad_input:
      return "data";
    case ExitCode::unavailable:
      return "unavailable";
    case ExitCode::bug:
      return "bug";
    case ExitCode::cannot_create:
      return "cannot_create";
    case ExitCode::io:
      return "io";
    case ExitCode::retry_later:
      return "temporary";
    case ExitCode::protocol:
      return "protocol";
    case ExitCode::permission:
      return "permission";
    case ExitCode::config:
      return "config";
    default:
      return "";
  }
}

// What tells these samples from those of another run: cdc-run says it. A textfile collector makes
// one answer of all *.prom of its folder, in which no sample may stand twice: there a file's own
// name does as well.
std::string pipeline_name(const std::filesystem::path& metrics_file) {
  // one thread runs here still
  const char* told = std::getenv("CDC_PIPELINE");  // NOLINT(concurrency-mt-unsafe)
  if (told != nullptr && *told != '\0') return told;
  return metrics_file.extension() == ".prom" ? metrics_file.stem().string() : "";
}

void start_metrics(Context& context) {
  const CommonOptions& options = context.options();
  metrics::Registry& metrics = context.metrics();
  metrics.describe(
      context.tool(), CDCKIT_VERSION, [] { return static_cast<double>(retry::pauses_so_far()); });
  metrics.tell_apart(pipeline_name(options.metrics_file));
  if (!options.metrics_file.empty()) {
    metrics.remember(options.metrics_file);
    metrics.write_file(options.metrics_file);
  }
  if (!options.metrics_listen.empty()) metrics.listen(options.metrics_listen);
}

// While a tool works; the last one, which says how it ended, tells of a file that cannot be
// written.
void refresh_file(const Context& context, const metrics::Registry& metrics) {
  try {
    metrics.write_file(context.options().metrics_file);
  } catch (const base::Error& error) {
    log::info(error.what());
  }
}

// The file is written before the work begins too: a folder that is not there is known at once.
ExitCode run_command(const Command& command, Context& context) {
  const CommonOptions& options = context.options();
  start_metrics(context);
  constexpr std::chrono::seconds kRefresh{5};
  constexpr std::chrono::milliseconds kLook{500};
  ExitCode code{};
  {
    const metrics::Registry& metrics = context.metrics();
    const StatsThread stats(metrics, options.stats_interval);
    const StatsThread file(options.metrics_file.empty() ? std::chrono::seconds(0) : kRefresh,
                           [&] { refresh_file(context, metrics); });
    const StatsThread progress(log::shows_progress() ? kLook : std::chrono::milliseconds(0), [&] {
      log::progress(log::own_progress().look(std::chrono::steady_clock::now()));
    });
    code = guarded(context.tool(), &context, [&] { return command.run(context); });
  }
  log::progress("");
  context.metrics().ended(base::to_int(code), kind_of(code));
  if (options.metrics_file.empty()) return code;
  const ExitCode written = write_metrics(context);
  return code == ExitCode::done ? written : code;
}

// A misspelt table would be ignored in silence.
void check_tables(const Tool& tool,
                  const std::vector<std::string>& tables,
                  const std::string& path) {
  for (const std::string& table : tables) {
    const bool known = std::any_of(tool.commands.begin(),
                                   tool.commands.end(),
                                   [&](const Command& command) { return command.name == table; });
    if (known) continue;
    throw base::Error(ErrorKind::config,
                      "could not read \"" + path + "\": there is no command \"" + table + "\"");
  }
}

// `check` is --check of the command that it stands for, in every tool.
Tool with_check(Tool tool) {
  const Command* model = &tool.commands.front();
  for (const Command& command : tool.commands) {
    if (command.name == "check") return tool;
    if (command.name == tool.check_command) model = &command;
  }
  Command check = *model;
  check.name = "check";
  check.summary = "Test settings and connections, as --check does.";
  check.check_only = true;
  for (Positional& positional : check.positionals) positional.required = false;
  tool.commands.push_back(std::move(check));
  return tool;
}

// What asks for a text instead of work, before there is a command: nothing when it is none.
std::optional<ExitCode> print_asked(const Tool& tool, std::vector<std::string>& arguments) {
  if (arguments.empty()) return std::nullopt;
  const std::string first = arguments.front();
  const bool alone = arguments.size() == 1;
  const bool has_default = tool.commands.front().name.empty();
  const bool wants_help = alone && (first == "-h" || first == "--help" || first == "help");
  if (first == "--generate" && arguments.size() == 2) return print_generated(tool, arguments[1]);
  if (wants_help && !has_default) return print(overview_text(tool));
  if (alone && !has_default && (first == "-V" || first == "--version"))
    return print(version_text(tool));
  if (first != "help") return std::nullopt;
  arguments.erase(arguments.begin());  // help COMMAND is COMMAND --help
  arguments.emplace_back("--help");
  return std::nullopt;
}

std::vector<std::string> command_names(const Tool& tool) {
  std::vector<std::string> names;
  for (const Command& command : tool.commands) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  return names;
}

// Fills `options`. What they say about messages holds for the message about a bad flag as well.
Parsed parse_arguments(const Tool& tool,
                       const Command& command,
                       const std::vector<Flag>& flags,
                       std::vector<std::string> arguments,
                       CommonOptions& options) {
  try {
    Parsed parsed = parse_flags(command, flags, std::move(arguments), command_names(tool));
    if (parsed.help || parsed.version || !parsed.generate.empty()) return parsed;
    check_tables(tool, parsed.config_tables, options.config);
    check_common(options);
    log::configure(log_settings(tool.name, options));
    return parsed;
  } catch (const base::Error&) {
    if (options.log_format == "json") log::configure(log_settings(tool.name, options));
    throw;
  }
}

ExitCode run_arguments(const Tool& tool, std::vector<std::string> arguments) {
  if (const auto printed = print_asked(tool, arguments)) return *printed;
  const Command& command = choose_command(tool, arguments);
  CommonOptions options;
  options.check = command.check_only;
  const std::vector<Flag> flags = all_flags(command, options);
  const bool bare = arguments.empty();
  const Parsed parsed = parse_arguments(tool, command, flags, std::move(arguments), options);
  if (parsed.help) return print(help_text(tool, command, flags));
  if (parsed.version) return print(version_text(tool));
  if (!parsed.generate.empty()) return print_generated(tool, parsed.generate);
  if ((command.sink || command.filter) && bare && !command.check_only &&
      io::is_terminal(STDIN_FILENO)) {
    throw base::Error(ErrorKind::usage,
                      "could not read lines: stdin is a terminal",
                      "Pipe NDJSON into " + tool.name + ".");
  }
  Context context(tool.name, std::move(options), signals::install());
  return run_command(command, context);
}

// Before the flags are parsed: what a program reads is JSON from the first message on.
bool asks_for_json(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--log-format=json") return true;
    if (i > 0 && arguments[i - 1] == "--log-format" && arguments[i] == "json") return true;
  }
  return false;
}

}  // namespace

Context::Context(std::string tool, CommonOptions options, signals::StopToken stop)
    : tool_(std::move(tool)), options_(std::move(options)), stop_(stop) {}

int run_tool(const Tool& tool, int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  CommonOptions first;
  if (asks_for_json(arguments)) first.log_format = "json";
  log::configure(log_settings(tool.name, first));
  const ExitCode code = guarded(tool.name, nullptr, [&] {
    io::ensure_standard_streams();
    (void)signals::install();
    return run_arguments(with_check(tool), std::move(arguments));
  });
  return base::to_int(code);
}

}  // namespace cdckit::cli
