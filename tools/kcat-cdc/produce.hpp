// What `kcat-cdc produce` does with the lines of its input: turns them into records, acknowledges
// checkpoints when every record before them was delivered, prints receipts. One thread.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/kafka/producer.hpp"
#include "common/ndjson/writer.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/kcat-cdc/delivery_log.hpp"
#include "tools/kcat-cdc/options.hpp"
#include "tools/kcat-cdc/record_builder.hpp"
#include "tools/kcat-cdc/targets.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct ProduceStreams {
  int input = 0;
  int output = 1;
};

class ProduceLoop final : private kafka::DeliveryListener, private pipe::Sink {
 public:
  ProduceLoop(const Options& options,
              const kafka::Settings& settings,
              cli::Context& context,
              ProduceStreams streams = {});
  // Until the input ends or a stop was requested; throws at the first record that was not
  // delivered.
  base::ExitCode run();

 private:
  // A record that the brokers found too large.
  struct TooLarge {
    std::uint64_t tag = 0;
    std::string pos;
    std::string row;
  };

  void delivered(std::uint64_t tag) override;
  void failed(const kafka::FailedDelivery& delivery) override;

  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  [[nodiscard]] int wake_fd() const override { return producer_.wake_fd(); }
  bool finish(pipe::Finish how, bool tracked) override;

  void take_event(const event::Item& item);
  void take_row(const event::Item& item);
  void after_line();
  void on_schema(const event::Control& schema);
  void bad_line(const event::Item& item, const char* reason, const char* code);
  // False when the record is too large.
  bool send(kafka::Outgoing record, const Sent& sent);
  void send_tombstone(const kafka::Outgoing& record, Sent sent);
  void serve(std::chrono::milliseconds wait);
  void settle_too_large();
  void acknowledge();
  void print_receipt(const Batch& batch);

  const ProduceOptions& options_;
  pipe::SinkEnd end_;
  ndjson::Writer output_;
  kafka::Producer producer_;
  Router router_;
  TopicBook topics_;
  Targets targets_;
  DeliveryLog log_;
  std::optional<base::Error> failure_;
  std::vector<TooLarge> too_large_;
  std::set<std::string> published_;  // hashes of schema lines that are in their topic
  bool schema_on_its_way_ = false;
  RecordBuilder records_;
  std::uint64_t rows_ok_ = 0;
  std::uint64_t since_served_ = 0;
  std::int64_t now_us_ = 0;
  metrics::Counter& records_metric_;
  metrics::Counter& bytes_metric_;
  metrics::Counter& tombstones_metric_;
  metrics::Gauge& outstanding_metric_;
};

}  // namespace cdckit::kcat_cdc
