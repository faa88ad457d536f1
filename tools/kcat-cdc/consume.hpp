// The loop of `kcat-cdc consume`: records become lines on stdout, offsets are committed when the
// ack file says that the other end made them durable. One thread; stdout has its own.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/kafka/consumer.hpp"
#include "common/pipe/source_end.hpp"
#include "tools/kcat-cdc/commits.hpp"
#include "tools/kcat-cdc/line_builder.hpp"
#include "tools/kcat-cdc/options.hpp"
#include "tools/kcat-cdc/progress.hpp"
#include "tools/kcat-cdc/schema_gate.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

class ConsumeLoop final : private kafka::RebalanceListener {
 public:
  ConsumeLoop(const Options& options,
              const kafka::Settings& settings,
              cli::Context& context,
              int output_fd = 1);
  base::ExitCode run();

 private:
  using Clock = std::chrono::steady_clock;

  void assigned(std::vector<kafka::Assignment>& partitions) override;
  void revoked(const std::vector<kafka::Partition>& partitions, bool lost) override;
  std::vector<std::int64_t> starts(const std::vector<kafka::Partition>& partitions);
  std::int64_t resumed_at(const kafka::Partition& partition, std::int64_t committed);

  void start();
  bool step();
  void on_record();
  void append_data(const kafka::Record& record, PartitionProgress& at);
  void on_end_of_partition();
  void idle();
  void wait_for_room();
  void checkpoint_if_due();
  void send_checkpoint();
  void reach_here();
  void commit_acknowledged();
  void look_after_brokers();
  bool finished();
  base::ExitCode finish();
  void append_partitions(event::ControlKind kind, const std::vector<kafka::Partition>& partitions);

  const ConsumeOptions& options_;
  std::chrono::milliseconds retry_for_;
  kafka::Settings settings_;
  cli::Context& context_;
  From from_;
  Progress progress_;
  pipe::SourceEnd end_;
  Commits commits_{end_};
  SchemaGate schemas_;
  LineBuilder lines_;
  kafka::Consumer consumer_;
  kafka::Offsets earlier_;  // from the ack file of an earlier run
  std::uint64_t lines_total_ = 0;
  std::uint64_t lines_since_checkpoint_ = 0;
  std::uint64_t bytes_since_checkpoint_ = 0;
  std::uint32_t since_looked_ = 0;
  Clock::time_point last_checkpoint_{};
  Clock::time_point last_look_{};
  std::optional<Clock::time_point> rebalanced_;  // the last time partitions came
  bool ended_ = false;
  metrics::Counter& lines_metric_;
  metrics::Counter& bytes_metric_;
  metrics::Counter& commits_metric_;
};

}  // namespace cdckit::kcat_cdc
