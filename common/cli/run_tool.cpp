#include "common/cli/run_tool.hpp"

#include "common/base/error.hpp"
#include "common/cli/help.hpp"
#include "common/cli/parse.hpp"
#include "common/cli/standard_flags.hpp"
#include "common/cli/stats_thread.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"

#include <algorithm>
#include <functional>
#include <unistd.h>

namespace cdckit::cli {

namespace {

using base::ErrorKind;
using base::ExitCode;

log::Settings log_settings(const std::string& tool, const CommonOptions& options) {
  log::Settings settings;
  settings.tool = tool;
  settings.format = options.log_format == "json" ? log::Format::json : log::Format::text;
  if (options.color == "always") settings.color = log::Color::always;
  if (options.color == "never") settings.color = log::Color::never;
  if (options.quiet) settings.level = log::Level::error;
  if (options.verbose == 1) settings.level = log::Level::info;
  if (options.verbose > 1) settings.level = log::Level::debug;
  return settings;
}

void report(const std::string& tool, const base::Error& error) {
  log::error(error.what());
  if (!error.hint().empty()) log::hint(error.hint());
  if (error.kind() == ErrorKind::usage) log::hint("Try '" + tool + " --help'.");
  if (error.kind() == ErrorKind::bug)
    log::hint("This is a bug in " + tool + "; please report it with the command line.");
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
  const std::string text = what.starts_with("complete-") ? completion(tool, what.substr(9)) : "";
  if (text.empty())
    throw base::Error(ErrorKind::usage, "could not generate \"" + what + "\": it is not known");
  return print(text);
}

ExitCode run_command(const Command& command, Context& context) {
  const CommonOptions& options = context.options();
  if (!options.metrics_listen.empty()) context.metrics().listen(options.metrics_listen);
  ExitCode code{};
  {
    const StatsThread stats(context.metrics(), options.stats_interval);
    code = guarded(context.tool(), &context, [&] { return command.run(context); });
  }
  if (!options.metrics_file.empty()) {
    const ExitCode written = guarded(context.tool(), &context, [&] {
      context.metrics().write_file(options.metrics_file);
      return ExitCode::done;
    });
    if (code == ExitCode::done) code = written;
  }
  return code;
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

ExitCode run_arguments(const Tool& tool, std::vector<std::string> arguments) {
  if (arguments.size() == 1 && !tool.commands.front().name.empty()) {
    if (arguments.front() == "-h" || arguments.front() == "--help")
      return print(overview_text(tool));
    if (arguments.front() == "-V" || arguments.front() == "--version")
      return print(version_text(tool));
  }
  if (!arguments.empty() && arguments.front() == "--generate" && arguments.size() == 2)
    return print_generated(tool, arguments[1]);
  const Command& command = choose_command(tool, arguments);
  CommonOptions options;
  const std::vector<Flag> flags = all_flags(command, options);
  const bool bare = arguments.empty();
  const Parsed parsed = parse_flags(command, flags, std::move(arguments));
  if (parsed.help) return print(help_text(tool, command, flags));
  if (parsed.version) return print(version_text(tool));
  if (!parsed.generate.empty()) return print_generated(tool, parsed.generate);
  check_tables(tool, parsed.config_tables, options.config);
  check_common(options);
  log::configure(log_settings(tool.name, options));
  if (command.sink && bare && io::is_terminal(STDIN_FILENO)) {
    throw base::Error(ErrorKind::usage,
                      "could not read lines: stdin is a terminal",
                      "Pipe NDJSON into " + tool.name + ".");
  }
  Context context(tool.name, std::move(options), signals::install());
  return run_command(command, context);
}

}  // namespace

Context::Context(std::string tool, CommonOptions options, signals::StopToken stop)
    : tool_(std::move(tool)), options_(std::move(options)), stop_(stop) {}

event::InputSettings Context::input_settings() const {
  event::InputSettings settings;
  settings.max_line = options_.max_line;
  settings.tool = tool_;
  settings.reject_path = options_.reject;
  if (options_.on_error == "skip") settings.on_error = event::OnError::skip;
  if (options_.on_error == "reject") settings.on_error = event::OnError::reject;
  return settings;
}

void print_check(std::string_view check, bool ok, std::string_view detail, std::string_view hint) {
  std::string line = "{";
  std::string text;
  ndjson::append_string(text, check);
  ndjson::append_member(line, "check", text);
  ndjson::append_member(line, "ok", std::string_view(ok ? "true" : "false"));
  text.clear();
  ndjson::append_string(text, detail);
  ndjson::append_member(line, "detail", text);
  text.clear();
  if (hint.empty()) {
    text = "null";
  } else {
    ndjson::append_string(text, hint);
  }
  ndjson::append_member(line, "hint", text);
  line.back() = '}';
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line);
}

int run_tool(const Tool& tool, int argc, char** argv) {
  log::configure(log_settings(tool.name, CommonOptions{}));
  const ExitCode code = guarded(tool.name, nullptr, [&] {
    io::ensure_standard_streams();
    (void)signals::install();
    return run_arguments(tool, std::vector<std::string>(argv + 1, argv + argc));
  });
  return base::to_int(code);
}

}  // namespace cdckit::cli
