// What `kcat-cdc produce` does with the lines of its input: turns them into records, acknowledges
// checkpoints when every record before them was delivered (with --transactional: committed), prints
// receipts. One thread.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/kafka/producer.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/kcat-cdc/delivery/deliveries.hpp"
#include "tools/kcat-cdc/delivery/shape_publisher.hpp"
#include "tools/kcat-cdc/produce/produce_options.hpp"
#include "tools/kcat-cdc/produce/produce_report.hpp"
#include "tools/kcat-cdc/topics/targets.hpp"
#include "tools/kcat-cdc/transactions/transaction_topic.hpp"
#include "tools/kcat-cdc/transactions/transactions.hpp"
#include "tools/kcat-cdc/value/event_time.hpp"
#include "tools/kcat-cdc/value/partition_rule.hpp"
#include "tools/kcat-cdc/value/raw_record.hpp"
#include "tools/kcat-cdc/value/record_builder.hpp"

#include <memory>
#include <optional>

namespace cdckit::kcat_cdc {

struct ProduceStreams {
  int input = 0;
  int output = 1;
};

class ProduceLoop final : private pipe::Sink {
 public:
  // `settings`: the connection's.
  ProduceLoop(const ProduceOptions& options,
              const kafka::Settings& settings,
              std::chrono::milliseconds retry_for,
              cli::Context& context,
              ProduceStreams streams = {},
              SchemaIds* ids = nullptr);
  // Until the input ends or a stop was requested; throws at the first record that was not
  // delivered.
  base::ExitCode run();

 private:
  // What is looked at now and then, not for every record.
  struct Rounds {
    std::uint64_t since_served = 0;
    std::int64_t now_us = 0;
    std::int64_t looked_us = 0;  // for partitions that were added
    std::int64_t quiet_us = 0;   // since when no line comes; 0: one came
    std::int64_t look_every_us = 0;
  };

  // What lines hold beside the value.
  struct Readers {
    RawReader raw;
    EventTime times;
    TransactionTopic borders;
    PartitionRule partition;
  };

  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  [[nodiscard]] int wake_fd() const override { return producer_.wake_fd(); }
  bool finish(pipe::Finish how, bool tracked) override;

  void take_transactional(const event::Item& item);
  void take_raw(const event::Item& item);
  // False when the event lacks what places it.
  bool place(const event::Event& event, kafka::Outgoing& record);
  // False when the line is a bad one.
  bool send_event(const event::Item& item);
  void after_line();
  void on_hello(const event::Control& hello);
  void on_schema(const event::Control& schema);
  void on_border(const event::Item& item);
  void bad_line(const event::Item& item, std::string_view reason, std::string_view code = {});
  // False when the record is none that the topic takes.
  bool send(kafka::Outgoing record, const Sent& sent);
  void send_tombstone(const kafka::Outgoing& record, Sent sent);
  void serve(std::chrono::milliseconds wait);
  void look_around();
  void reject(const TooLarge& record);
  void acknowledge();
  void durable(std::uint64_t mark);
  void deliver_all();
  void deliver_what_is_good();

  // with --transactional
  void prepare_transactions(const kafka::Settings& settings,
                            std::chrono::milliseconds retry_for,
                            signals::StopToken stop);
  bool passes_border(std::string_view line, bool begin);
  void end_quiet_transaction(bool woken);
  void before_commit();
  void committed();
  bool finish_transactions(pipe::Finish how);

  const ProduceOptions& options_;
  pipe::SinkEnd end_;
  Deliveries deliveries_;
  kafka::Producer producer_;
  Router router_;
  TopicBook topics_;
  Targets targets_;
  RecordBuilder records_;
  RecordCheck check_;
  ProduceReport report_;
  std::unique_ptr<Transactions> transactions_;
  ShapeRoute shapes_;
  Readers readers_;
  Rounds rounds_;
};

}  // namespace cdckit::kcat_cdc
