// Reads tables again while the stream goes on (the watermark method of DBLog, with logical messages
// in place of a signal table). A chunk of rows is read as of one instant; its rows are printed just
// before the first transaction that this instant has not seen, so that they are never older than
// what was printed before and never newer than what comes behind: nothing needs to be compared.
//
// Progress lives in the WAL: behind each chunk a message says what comes next. That message is not
// seen by the instant either, so it is the high watermark too. Until a later one was streamed,
// nothing from the newest message on is offered for confirmation: whoever reads the slot next finds
// it and goes on with the chunk behind it. One thread, beside which a worker reads.
#pragma once

#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/delivery/delivery.hpp"
#include "tools/walcat/snapshot/chunk_worker.hpp"
#include "tools/walcat/snapshot/incremental_meter.hpp"
#include "tools/walcat/snapshot/streamed_xids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::walcat {

class IncrementalSnapshot final : public StreamObserver {
 public:
  IncrementalSnapshot(std::unique_ptr<ChunkSource> reader,
                      const SourceIdentity& identity,
                      Delivery& delivery,
                      metrics::Registry& registry);
  // Signals for this slot are ours.
  void read_for(const std::string& slot) { slot_ = slot; }
  void attach(Changes& changes) noexcept { changes_ = &changes; }

  void before_transaction(const Message& begin, std::string& out) override;
  void signal(std::string_view content) override;
  // Has the next chunk read if it is time, and takes what was read; between any two messages of the
  // stream. Never waits.
  void advance();
  // While rows are being looked at no message of the stream may be taken.
  [[nodiscard]] bool freezes_stream() const noexcept { return frozen_ && !stopped_; }
  // The stream begins again behind the last whole transaction.
  void stream_restarted();
  [[nodiscard]] bool working() const { return !worker_.idle(); }
  // No more chunks: the end of the run.
  void stop() noexcept { stopped_ = true; }
  [[nodiscard]] bool active() const noexcept { return state_.has_value(); }

 private:
  // The step whose message has not come yet.
  struct Awaited {
    std::string step;  // empty: none
    IncrementalState state;
  };

  void take_request(IncrementalState request);
  void take_step(const IncrementalState& step);
  void begin_from(IncrementalState state);
  [[nodiscard]] bool streamed_unseen(const SeenTransactions& seen) const noexcept;
  void print(const Chunk& chunk, const Message& begin, std::string& out);
  void take_outcome(ChunkWorker::Outcome outcome);
  void take_chunk(Chunk chunk);
  void put_off(const base::Error& error);
  void pass_table();
  void finish();

  ChunkWorker worker_;
  DataLine line_;
  std::string slot_;
  Delivery& delivery_;
  IncrementalMeter meter_;
  Changes* changes_ = nullptr;
  std::optional<IncrementalState> state_;  // of the newest message that was streamed
  std::optional<Chunk> chunk_;             // read and not yet printed
  Awaited awaited_;
  std::chrono::steady_clock::time_point not_before_{};
  std::uint64_t rows_ = 0;
  bool stopped_ = false;
  bool frozen_ = false;
  bool outdated_ = false;  // the stream began anew since the worker got its task
  StreamedXids streamed_;
};

}  // namespace cdckit::walcat
