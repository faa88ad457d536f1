#include "common/cli/standard_flags.hpp"

#include "common/base/error.hpp"

namespace cdckit::cli {

namespace {

void append(std::vector<Flag>& into, FlagTable table) {
  for (Flag& flag : table.flags) into.push_back(std::move(flag));
}

FlagTable source_flags(CommonOptions& options) {
  FlagTable table("Delivery");
  table.list("ack",
             "FILE",
             options.ack,
             "Confirm only what the sink at the other end of the pipe acknowledged in FILE; give "
             "the same FILE "
             "there. Repeat it for several sinks: the slowest counts. Implies --control.");
  table.toggle("control",
               options.control,
               "Emit control lines (hello, schema, ckpt, eof) among the data lines.");
  return table;
}

void add_ack(FlagTable& table, CommonOptions& options) {
  Flag& ack = table.list(
      "ack",
      "FILE",
      options.ack,
      "Acknowledge in FILE what is durable, for the source that was given the same FILE.");
  ack.repeatable = false;
}

FlagTable reader_flags(CommonOptions& options, bool acknowledges) {
  FlagTable table("Delivery");
  if (acknowledges) add_ack(table, options);
  table.choice(
      "on-error",
      {"stop", "skip", "reject"},
      options.on_error,
      "What to do with a bad line: end with 65, leave it out, or write it to the --reject file.");
  table.custom(
      "reject",
      "FILE",
      [&options](const std::string& path) {
        options.reject = path;
        options.on_error = "reject";
      },
      "Append bad lines to FILE with the reason and go on; the exit code is then 1.");
  table.size("max-line", options.max_line, "A longer line is an error.");
  return table;
}

FlagTable shared_flags(CommonOptions& options) {
  FlagTable table("General");
  table.text("config",
             "FILE",
             options.config,
             "Read flags from a TOML file, long names as keys; the command line wins.");
  table.toggle("check",
               options.check,
               "Test settings and connections, print one line of JSON per check, do nothing else.");
  table
      .custom(
          "verbose,v",
          "",
          [&options](const std::string&) { ++options.verbose; },
          "Say more on stderr; twice for debugging.")
      .repeatable = true;
  table.toggle("quiet,q", options.quiet, "Only errors on stderr.");
  table.choice("log-format", {"text", "json"}, options.log_format, "How messages on stderr look.");
  table.choice("color", {"auto", "always", "never"}, options.color, "Colour on stderr.");
  table.text("metrics-listen",
             "ADDRESS",
             options.metrics_listen,
             "Serve Prometheus metrics on HOST:PORT.");
  table.text("metrics-file",
             "FILE",
             options.metrics_file,
             "Write Prometheus metrics to FILE every 5 s and at the end, also of a failed run.");
  table.duration(
      "stats-interval", options.stats_interval, "Write a line of statistics to stderr this often.");
  return table;
}

}  // namespace

std::vector<Flag> all_flags(const Command& command, CommonOptions& options) {
  std::vector<Flag> flags = command.flags;
  if (command.source) append(flags, source_flags(options));
  if (command.sink || command.filter) append(flags, reader_flags(options, command.sink));
  append(flags, shared_flags(options));
  return flags;
}

log::Color color_wish(const CommonOptions& options) {
  if (options.color == "always") return log::Color::always;
  return options.color == "never" ? log::Color::never : log::Color::automatic;
}

void check_common(const CommonOptions& options) {
  if (options.on_error == "reject" && options.reject.empty()) {
    throw base::Error(base::ErrorKind::usage,
                      "could not use --on-error reject: --reject FILE is missing");
  }
  if (options.quiet && options.verbose > 0) {
    throw base::Error(base::ErrorKind::usage, "could not use --quiet together with --verbose");
  }
}

}  // namespace cdckit::cli
