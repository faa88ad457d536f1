// The loop of `kcat-cdc consume`: records become lines on stdout, offsets are committed when the
// ack file says that the other end made them durable. One thread; stdout has its own.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/event/control.hpp"
#include "common/kafka/consumer.hpp"
#include "common/kafka/membership.hpp"
#include "common/pipe/source_end.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/consume/backlog.hpp"
#include "tools/kcat-cdc/consume/commits.hpp"
#include "tools/kcat-cdc/consume/consume_meter.hpp"
#include "tools/kcat-cdc/consume/consume_options.hpp"
#include "tools/kcat-cdc/consume/partition_watch.hpp"
#include "tools/kcat-cdc/consume/progress.hpp"
#include "tools/kcat-cdc/consume/record_lines.hpp"
#include "tools/kcat-cdc/consume/refusals.hpp"
#include "tools/kcat-cdc/consume/starts.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

class ConsumeLoop {
 public:
  // `settings`: the connection's, without what the tool sets itself. `schemas` may be null: no
  // Avro.
  ConsumeLoop(const ConsumeOptions& options,
              const kafka::Settings& settings,
              std::chrono::milliseconds retry_for,
              cli::Context& context,
              int output_fd = 1,
              SchemaSource* schemas = nullptr);
  base::ExitCode run();

 private:
  using Clock = std::chrono::steady_clock;

  // Partitions that are to be given away, until what was read of them is acknowledged.
  struct Handover {
    std::vector<kafka::Partition> partitions;
    std::uint64_t seq = 0;  // of the checkpoint that covers them; 0: there is none
    Clock::time_point deadline{};
  };

  void begin();
  void note_range(const std::vector<kafka::Partition>& partitions);
  void apply_from(const std::vector<kafka::Partition>& partitions);
  kafka::Offsets resolve_from(const std::vector<kafka::Partition>& partitions);
  std::vector<kafka::Partition> present();

  // What the group has of these.
  std::map<kafka::Partition, Starts::Committed> committed(
      const std::vector<kafka::Partition>& partitions);

  // Asks brokers, again and again while they are in trouble: leaders and coordinators move.
  template <class Question>
  auto patiently(const Question& question) {
    return patiently(watch_.retry_for(), question);
  }
  template <class Question>
  auto patiently(std::chrono::milliseconds patience, const Question& question) {
    return retry::run(retry::Policy{.give_up_after = patience}, context_.stop(), question);
  }

  bool step();
  void on_record();
  void on_end_of_partition();
  void stop_reading(PartitionProgress& at);
  void look();
  void wait_for_room();
  void rest();
  void checkpoint_if_due();
  std::uint64_t cover();
  void commit_acknowledged();
  void measure();
  void tell_progress();
  bool finished();
  base::ExitCode finish();
  void leave_after(const base::Error& error);

  void settle_doubts(kafka::Polled polled);
  bool is_same(PartitionProgress& at, Verdict verdict);
  void on_out_of_range();
  void move_on(PartitionProgress& at, std::int64_t next);

  void serve_group();
  void assigned(const std::vector<kafka::Partition>& partitions);
  void revoked(const kafka::Rebalance& rebalance);
  void hand_over_if_ready();
  void let_go(bool commit);
  std::optional<base::Error> commit_last();
  void follow_rebalance(Clock::time_point deadline);
  void forget_doubtful();
  void require_topics(const std::vector<kafka::Partition>& partitions);
  Starts::Start start_of(const kafka::Partition& partition, const Starts::Committed& committed);
  void begin_reading(PartitionProgress& at,
                     const Starts::Start& start,
                     std::vector<kafka::Assignment>& wanted);
  void append_partitions(event::ControlKind kind, const std::vector<kafka::Partition>& partitions);

  const ConsumeOptions& options_;
  cli::Context& context_;
  pipe::SourceEnd end_;
  Commits commits_;
  Progress progress_;
  Backlog backlog_;
  Starts starts_;
  Refusals refusals_;
  kafka::Consumer consumer_;
  kafka::Membership member_;
  PartitionWatch watch_;
  RecordLines lines_;
  ConsumeMeter meter_;
  std::optional<Handover> handover_;
  std::uint32_t unlooked_ = 0;  // records since clock, ack files and group were looked at
};

}  // namespace cdckit::kcat_cdc
