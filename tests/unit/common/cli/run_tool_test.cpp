#include "common/cli/run_tool.hpp"

#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "tests/unit/support/child.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <algorithm>
#include <new>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace std::chrono_literals;
using base::Error;
using base::ErrorKind;
using base::ExitCode;
using cli::Context;
using tests::Output;

namespace {

struct Options {
  std::string name = "x";
};

cli::Tool make_tool(Options& options, std::function<ExitCode(Context&)> body) {
  cli::FlagTable table;
  table.text("name", "NAME", options.name, "A name.");
  cli::Command main;
  main.summary = "Does it.";
  main.flags = table.flags;
  main.sink = true;
  main.run = std::move(body);
  cli::Command other;
  other.name = "other";
  other.summary = "Another.";
  other.run = [](Context&) { return ExitCode::unavailable; };
  return {"tool", "A tool", {main, other}, {}, "", ""};
}

Output run(
    std::vector<std::string> arguments,
    const std::function<ExitCode(Context&)>& body,
    const std::function<void()>& before = [] {}) {
  return tests::run_captured([&] {
    before();
    Options options;
    const cli::Tool tool = make_tool(options, body);
    arguments.insert(arguments.begin(), "tool");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    return cli::run_tool(tool, static_cast<int>(argv.size()), argv.data());
  });
}

Output run_throwing(const std::function<void()>& thrower) {
  return run({}, [&](Context&) {
    thrower();
    return ExitCode::done;
  });
}

ExitCode say_done(Context&) {
  return ExitCode::done;
}

}  // namespace

TEST_CASE("the command's code is the process's code") {
  CHECK(run({}, say_done).code == 0);
  CHECK(run({}, [](Context&) { return ExitCode::differences; }).code == 1);
  CHECK(run({"other"}, say_done).code == 69);
}

TEST_CASE("errors: one line, a hint, the fitting code") {
  const auto io =
      run_throwing([] { throw Error(ErrorKind::io, "could not write \"x\": why", "Do it."); });
  CHECK(io.code == 74);
  CHECK(io.err == "tool: could not write \"x\": why\ntool: hint: Do it.\n");
  CHECK(io.out.empty());
  CHECK(run_throwing([] { throw Error(ErrorKind::temporary, "later"); }).code == 75);
  const auto usage =
      run_throwing([] { throw Error(ErrorKind::usage, "could not use --a with --b"); });
  CHECK(usage.code == 2);
  CHECK(usage.err == "tool: could not use --a with --b\ntool: hint: Try 'tool --help'.\n");
  const auto bug = run_throwing([] { throw std::logic_error("impossible"); });
  CHECK(bug.code == 70);
  CHECK(
      bug.err.starts_with("tool: could not go on: impossible\ntool: hint: This is a bug in tool"));
  CHECK(run_throwing([] { throw std::bad_alloc(); }).code == 74);
}

TEST_CASE("a closed output: quiet, 0, or 75 when something was promised on the way") {
  const auto closed = [](bool promised) {
    return run({}, [promised](Context& context) -> ExitCode {
      if (promised) context.promise();
      throw Error(ErrorKind::output_closed, "could not write \"stdout\": its reader is gone");
    });
  };
  CHECK(closed(false).code == 0);
  CHECK(closed(true).code == 75);
  CHECK(closed(true).err.empty());
}

TEST_CASE("help and version go to stdout; a full device is an I/O error, a closed reader is fine") {
  for (const char* flag : {"-h", "--help", "-V", "--version"}) {
    const auto result = run({flag}, say_done);
    CHECK(result.code == 0);
    CHECK_FALSE(result.out.empty());
    CHECK(result.err.empty());
    CHECK(run({"other", flag}, say_done).code == 0);
    const auto full =
        run({flag}, say_done, [] { ::dup2(::open("/dev/full", O_WRONLY | O_CLOEXEC), 1); });
    CHECK(full.code == 74);
    CHECK(full.err == "tool: could not write \"stdout\": No space left on device\n");
    const auto gone = run({flag}, say_done, [] {
      tests::Pipe pipe;
      ::dup2(pipe.writer.get(), 1);
    });
    CHECK(gone.code == 0);
    CHECK(gone.err.empty());
  }
}

TEST_CASE("usage errors end with 2 before anything runs") {
  bool* const ran = nullptr;
  const auto touch = [ran](Context&) -> ExitCode {
    throw std::logic_error(ran == nullptr ? "ran" : "");
  };
  const auto unknown = run({"--nmae", "x"}, touch);
  CHECK(unknown.code == 2);
  CHECK(unknown.err ==
        "tool: unknown flag \"--nmae\"\ntool: hint: Did you mean --name?\ntool: hint: Try 'tool "
        "--help'.\n");
  CHECK(run({"--on-error", "reject"}, touch).code == 2);
  CHECK(run({"-q", "-v"}, touch).code == 2);
  CHECK(run({"extra"}, touch).code == 2);
  CHECK(run({"--generate", "nonsense"}, touch).code == 2);
}

TEST_CASE("what is generated") {
  CHECK(run({"--generate", "man-options"}, say_done).out.find("**\\--name**") != std::string::npos);
  for (const char* shell : {"complete-bash", "complete-zsh", "complete-fish"}) {
    CHECK(run({"--generate", shell}, say_done).out.find("name") != std::string::npos);
  }
}

TEST_CASE("the context holds what was given") {
  const auto result = run(
      {"--ack", "a", "--max-line", "1KiB", "--on-error", "skip", "--check"}, [](Context& context) {
        const bool right = context.ack_path() == "a" && context.options().max_line == 1024 &&
                           context.options().on_error == "skip" && context.tool() == "tool" &&
                           context.options().check && !context.stop().stop_requested();
        return right ? ExitCode::done : ExitCode::bug;
      });
  CHECK(result.code == 0);
}

TEST_CASE(
    "metrics are written before the work, after success and after failure; a file that cannot be "
    "written ends the run before it begins") {
  const tests::ScratchFolder folder;
  const auto counting = [](ExitCode code) {
    return [code](Context& context) {
      context.metrics().counter("tool_x_total", "X.").add(3);
      if (code != ExitCode::done) throw Error(ErrorKind::data, "bad");
      return code;
    };
  };
  CHECK(run({"--metrics-file", folder.file("a")}, counting(ExitCode::done)).code == 0);
  CHECK(tests::content_of(folder.file("a")).find("tool_x_total 3\n") != std::string::npos);
  CHECK(run({"--metrics-file", folder.file("b")}, counting(ExitCode::bug)).code == 65);
  CHECK(tests::content_of(folder.file("b")).find("tool_x_total 3\n") != std::string::npos);
  CHECK(run({"--metrics-file", folder.file("no/c")}, counting(ExitCode::done)).code == 73);
  CHECK(run({"--metrics-file", folder.file("no/c")}, counting(ExitCode::bug)).code == 73);
  CHECK(tests::content_of(folder.file("a")).find("tool_up 1\n") != std::string::npos);
  CHECK(tests::content_of(folder.file("b")).find("tool_up 0\n") != std::string::npos);
  CHECK(tests::content_of(folder.file("b")).find("tool_exit_code 65\n") != std::string::npos);
  const auto looking = [&](Context&) {
    return tests::content_of(folder.file("d")).find("tool_build_info{version=") == std::string::npos
               ? ExitCode::bug
               : ExitCode::done;
  };
  CHECK(run({"--metrics-file", folder.file("d")}, looking).code == 0);
  CHECK(run({"--metrics-file", folder.file("shop.1.prom")}, counting(ExitCode::done)).code == 0);
  const std::string collected = tests::content_of(folder.file("shop.1.prom"));
  CHECK(collected.find("tool_x_total{pipeline=\"shop.1\"} 3\n") != std::string::npos);
  CHECK(run({"--metrics-listen", "nonsense"}, say_done).code == 78);
}

TEST_CASE("log levels and format") {
  const auto chatter = [](Context&) {
    log::warning("w");
    log::info("i");
    log::debug("d");
    return ExitCode::done;
  };
  CHECK(run({}, chatter).err == "tool: w\n");
  CHECK(run({"-q"}, chatter).err.empty());
  CHECK(run({"-v"}, chatter).err == "tool: w\ntool: i\n");
  CHECK(run({"-vv"}, chatter).err == "tool: w\ntool: i\ntool: d\n");
  CHECK(nlohmann::json::parse(run({"--log-format", "json"}, chatter).err).at("message") == "w");
}

TEST_CASE("a config file with a table for no command is refused") {
  const tests::ScratchFolder folder;
  CHECK(run({"--config", folder.write("c", "name = \"y\"\n[other]\nx = 1\n")}, say_done).code == 0);
  const auto result = run({"--config", folder.write("d", "[ohter]\nname = \"y\"\n")}, say_done);
  CHECK(result.code == 78);
  CHECK(result.err.find("there is no command \"ohter\"") != std::string::npos);
}

TEST_CASE("started with closed standard streams") {
  const auto result = run(
      {},
      [](Context&) {
        const io::FileDescriptor next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        return next.get() > 2 ? ExitCode::done : ExitCode::bug;
      },
      [] {
        for (const int fd : {0, 1, 2}) ::close(fd);
      });
  CHECK(result.code == 0);
}

TEST_CASE("signals: the first drains, the second ends at once") {
  tests::Pipe ready;
  const auto start = [&](std::function<ExitCode(Context&)> body) {
    return std::make_unique<tests::Child>([&ready, body = std::move(body)] {
      Options options;
      const cli::Tool tool = make_tool(options, [&](Context& context) {
        ready.put("r");
        return body(context);
      });
      std::string name = "tool";
      char* argv[] = {name.data()};
      ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
      return cli::run_tool(tool, 1, argv);
    });
  };
  std::array<char, 1> byte{};
  const auto drains = start([](Context& context) {
    return context.stop().sleep_for(60s) ? ExitCode::done : ExitCode::bug;
  });
  CHECK(io::read_some(ready.reader.get(), byte, "pipe") == 1);
  drains->kill(SIGTERM);
  CHECK(drains->wait() == 0);

  const auto stuck = start([](Context&) {
    std::this_thread::sleep_for(60s);
    return ExitCode::bug;
  });
  CHECK(io::read_some(ready.reader.get(), byte, "pipe") == 1);
  stuck->kill(SIGINT);
  std::this_thread::sleep_for(30ms);
  stuck->kill(SIGINT);
  CHECK(stuck->wait() == 130);
}

TEST_CASE("check is --check as a command, unless the tool has its own") {
  const auto checks = [](Context& context) {
    return context.options().check ? ExitCode::retry_later : ExitCode::done;
  };
  CHECK(run({"check"}, checks).code == 75);
  CHECK(run({"check", "--name", "y", "-v"}, checks).code == 75);
  CHECK(run({"--check"}, checks).code == 75);
  CHECK(run({}, checks).code == 0);
  CHECK(run({"--help"}, checks).out.find("  check  ") != std::string::npos);
}

TEST_CASE("help as a word, near misses of commands") {
  CHECK(run({"help"}, say_done).out == run({"--help"}, say_done).out);
  CHECK(run({"help", "other"}, say_done).out == run({"other", "--help"}, say_done).out);
  const auto near = run({"othre"}, say_done);
  CHECK(near.code == 2);
  CHECK(near.err.starts_with("tool: unknown command \"othre\"\ntool: hint: Did you mean other?\n"));
  const auto unknown = run({"help", "othre"}, say_done);
  CHECK(unknown.code == 2);
  CHECK(unknown.err.find("Did you mean other?") != std::string::npos);
  const auto behind = run({"--name", "x", "other"}, say_done);
  CHECK(behind.code == 2);
  CHECK(behind.err.find("The command comes first, before the flags.") != std::string::npos);
  const auto file = run({"rows.ndjson"}, say_done);
  CHECK(file.code == 2);
  CHECK(file.err.find("Lines are read from stdin: < FILE") != std::string::npos);
  CHECK(run({"--versoin"}, say_done).err.find("Did you mean --version?") != std::string::npos);
}

TEST_CASE("with --log-format json every message is one record, those about flags too") {
  const auto record = [](const Output& result) {
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    return nlohmann::json::parse(result.err);
  };
  const auto failed = run({"--log-format", "json"}, [](Context&) -> ExitCode {
    throw Error(ErrorKind::io, "could not write \"x\": why", "Do it.");
  });
  CHECK(record(failed).at("message") == "could not write \"x\": why");
  CHECK(record(failed).at("hint") == "Do it.");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--nmae", "x", "--log-format", "json"},
        std::vector<std::string>{"--log-format=json", "--nmae", "x"}}) {
    const auto usage = run(arguments, say_done);
    CHECK(usage.code == 2);
    CHECK(record(usage).at("hint") == "Did you mean --name? Try 'tool --help'.");
  }
  CHECK(record(run({"othre", "--log-format", "json"}, say_done)).at("level") == "error");
  const tests::ScratchFolder folder;
  const auto config =
      run({"--config", folder.write("c", "log-format = \"json\"\nquiet = true\nverbose = 1\n")},
          say_done);
  CHECK(config.code == 2);
  CHECK(record(config).at("tool") == "tool");
}
