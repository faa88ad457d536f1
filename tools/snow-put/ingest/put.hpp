// What snow-put does with the lines of its input: encodes rows into batches of their channels,
// sends them when they are full or old enough, settles what is committed, and leaves nothing behind
// at the end.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/event/event.hpp"
#include "common/pipe/sink_end.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/ingest/bad_rows.hpp"
#include "tools/snow-put/ingest/channels.hpp"
#include "tools/snow-put/ingest/put_meter.hpp"
#include "tools/snow-put/ingest/settlement.hpp"
#include "tools/snow-put/ingest/table_flow.hpp"
#include "tools/snow-put/ingest/wakeup.hpp"
#include "tools/snow-put/merge/merger.hpp"
#include "tools/snow-put/rows/held_rows.hpp"
#include "tools/snow-put/rows/place.hpp"
#include "tools/snow-put/send/network.hpp"
#include "tools/snow-put/target/source_state.hpp"
#include "tools/snow-put/target/sql_owner.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cdckit::snow_put {

struct PutSettings {
  snow::ConnectionSettings connection;
  snow::SqlApiOptions sql;
  snow::StreamingOptions streaming;
  Place place;
  TargetSettings target;
  ChannelSettings channels;
  std::chrono::milliseconds max_lag{1000};
  std::chrono::milliseconds merge_every{60'000};  // 0: never
  std::chrono::milliseconds keep{0};              // of journals; 0: all
  std::uint64_t max_rate = 20'000'000;
};

class Put final : private pipe::Sink {
 public:
  Put(PutSettings settings, cli::Context& context);
  base::ExitCode run();

 private:
  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  [[nodiscard]] int wake_fd() const override { return wakeup_.event_fd(); }
  bool finish(pipe::Finish how, bool tracked) override;

  // A data line: where it belongs, and whether its table takes lines already.
  void route(const event::Item& item, std::uint64_t sequence);
  bool take_parked(const ParkedLine& line);
  bool take(Shards& shards, Placed& placed, const event::Item& item, std::uint64_t sequence);
  bool grows_for(Target& target, const event::Item& item);
  Placed place(Placer& placer, const event::Item& item) const;
  Shards& shards_of(const event::Item& item, const Placed& placed);
  [[nodiscard]] bool awaits_rows(const Target& target) const;
  void release_rows();
  void pass_parked();
  std::string& begin_row(ChannelWriter& writer, const event::Item& item);
  void after_line();
  std::string encode(ChannelWriter& writer,
                     std::string& out,
                     const event::Item& item,
                     const Placed& placed);
  bool is_known(Shards& shards,
                ChannelWriter& writer,
                const Placed& placed,
                const event::Item& item,
                std::uint64_t sequence);
  void refuse_other_topic(const ChannelWriter& writer, const Placed& placed) const;
  void bad_line(const event::Item& item,
                std::uint64_t sequence,
                std::string_view reason,
                const Target* target = nullptr);
  void check_source(const std::string& source);
  void settle();
  void wait_a_moment();
  void merge_when_due();
  void start_merger();
  void ask_for_warehouse();
  void drain();
  void finish_merges(bool at_end);
  void request_merges(bool everything);
  void note_acknowledged(bool at_end);

  PutSettings settings_;
  cli::Context& context_;
  Wakeup wakeup_;
  TargetCatalog catalog_;
  pipe::SinkEnd end_;
  BadRows bad_rows_;
  Network network_;
  SqlOwner sql_;
  Channels channels_;
  TableFlow tables_;
  Settlement settlement_;
  SourceState source_;
  struct Reading {
    Placer placer;
    Placer parked_placer;
    event::Decoder parked_decoder;
    std::string scratch;
    HeldRows held;
    event::Event plain;       // the one that is encoded, with its values decoded
    std::uint64_t lines = 0;  // data lines read: a line's number is how many there were with it
    std::uint64_t lines_at_checkpoint = 0;
    std::uint64_t run_number = 1;
  } reading_;
  PutMeter meter_;
  struct Merging {
    std::unique_ptr<Merger> merger;
    std::chrono::steady_clock::time_point next;
    std::string noted;  // acknowledged position that merges by others may go by
  } merging_;
};

}  // namespace cdckit::snow_put
