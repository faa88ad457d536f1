// Runs `kcat-cdc produce` in the test's process, on the mock cluster.
#pragma once

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tests/unit/tools/kcat-cdc/temporary.hpp"
#include "tools/kcat-cdc/produce/produce.hpp"

#include <thread>

namespace cdckit::test {

inline constexpr const char* kHello =
    R"({"__cdc":"hello","v":1,"run":"r","source":{"slot":"s"},"from":""})";
inline constexpr const char* kCheckpoint =
    R"({"__cdc":"ckpt","run":"r","seq":1,"pos":"A","rows":1})";
inline constexpr const char* kEof = R"({"__cdc":"eof","run":"r","seq":2,"pos":"B"})";

inline std::string event_line(int id, const std::string& operation = "c") {
  return R"({"pos":")" + std::to_string(id) + R"(","key":{"id":)" + std::to_string(id) +
         R"(},"before":null,"after":null,"source":{"schema":"public","table":"t"},"op":")" +
         operation + "\"}";
}

// One run of the loop over the given lines.
struct Run {
  explicit Run(std::vector<std::string> lines, cli::CommonOptions common = {}) {
    options.topic_prefix = "p";
    for (const std::string& line : lines) text += line + "\n";
    common_options = std::move(common);
    common_options.ack = {folder.file("ack")};
  }
  base::ExitCode go() {
    std::thread writer([&] {
      io::write_all(input.writing.get(), text, "pipe");
      input.writing.reset();
    });
    cli::Context context("kcat-cdc", common_options, {});
    base::ExitCode code{};
    {
      kafka::Settings settings = cluster.settings();
      settings.insert(settings.end(), more_settings.begin(), more_settings.end());
      kcat_cdc::ProduceLoop loop(
          options, settings, retry_for, context, {input.reading.get(), output.writing.get()});
      try {
        code = loop.run();
      } catch (const base::Error& error) {
        message = error.what();
        code = base::exit_code_for(error.kind());
      }
    }
    writer.join();
    output.writing.reset();
    receipts = output.read_all();
    return code;
  }
  std::uint64_t acknowledged() const {
    const auto record = ack::parse(folder.read("ack"));
    return record ? record->seq : 0;
  }

  MockCluster cluster;
  Temporary folder;
  kafka::Settings more_settings;
  std::chrono::milliseconds retry_for{2000};
  kcat_cdc::ProduceOptions options;
  cli::CommonOptions common_options;
  std::string text;
  Pipe input;
  Pipe output;
  std::string message;
  std::string receipts;
};

}  // namespace cdckit::test
