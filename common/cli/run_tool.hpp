// Everything around a tool's own work: standard streams, flags and --config, logging, signals,
// metrics, the single catch ladder, the exit code. The main thread's; throws nothing.
#pragma once

#include "common/cli/flag_table.hpp"
#include "common/metrics/metrics.hpp"
#include "common/signals/stop.hpp"

#include <string>
#include <vector>

namespace cdckit::cli {

// The flags that all tools, all sources or all sinks have.
struct CommonOptions {
  std::vector<std::string> ack;  // sinks use the first
  bool control = false;
  bool check = false;
  std::string on_error = "stop";
  std::string reject;
  std::uint64_t max_line = 64U << 20U;
  int verbose = 0;
  bool quiet = false;
  std::string log_format = "text";
  std::string color = "auto";
  std::string config;
  std::string metrics_listen;
  std::string metrics_file;
  std::chrono::milliseconds stats_interval{0};
};

// What run() gets. Lives for the whole run.
class Context {
 public:
  Context(std::string tool, CommonOptions options, signals::StopToken stop);

  [[nodiscard]] const std::string& tool() const noexcept { return tool_; }
  [[nodiscard]] const CommonOptions& options() const noexcept { return options_; }
  [[nodiscard]] signals::StopToken stop() const noexcept { return stop_; }
  metrics::Registry& metrics() noexcept { return metrics_; }
  [[nodiscard]] std::string ack_path() const {
    return options_.ack.empty() ? "" : options_.ack.front();
  }
  // From now on a closed stdout means 75 instead of 0: something downstream was promised.
  void promise() noexcept { promised_ = true; }
  [[nodiscard]] bool promised() const noexcept { return promised_; }

 private:
  std::string tool_;
  CommonOptions options_;
  signals::StopToken stop_;
  metrics::Registry metrics_;
  bool promised_ = false;
};

// The whole of main().
int run_tool(const Tool& tool, int argc, char** argv);

}  // namespace cdckit::cli
