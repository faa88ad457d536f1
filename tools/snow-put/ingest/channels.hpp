// All channels of a run: found by the source table and, of its shards, by the row's key or Kafka
// partition; opened when their first row comes, flushed and let go when their partition is revoked.
#pragma once

#include "common/base/error.hpp"
#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "tools/snow-put/channel/old_shards.hpp"
#include "tools/snow-put/ingest/channel_writer.hpp"
#include "tools/snow-put/rows/place.hpp"
#include "tools/snow-put/send/network.hpp"
#include "tools/snow-put/target/sql_owner.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

struct ChannelSettings {
  std::string prefix;
  unsigned shards = 1;
  bool keep_lines = false;
};

// The channels of one source table, or of one partition of a topic.
struct Shards {
  Target* target = nullptr;
  std::vector<ChannelWriter*> writers;  // by shard; none where the table was stopped
  OldShards old;
  bool ready = false;  // rows may go on

  // How they are opened.
  std::string base;  // what names begin with
  std::string topic;
  std::int32_t partition = 0;
  bool divided = false;  // by key, so that there may have been another number of them
  bool started = false;
  bool recalled = false;
  std::optional<std::vector<std::pair<ShardName, ChannelWriter*>>> former;

  ChannelWriter& of(std::string_view key) noexcept {
    return *writers[shard_of(key, writers.size())];
  }
};

class Channels {
 public:
  Channels(TargetCatalog& catalog, Network& network, SqlOwner& sql, ChannelSettings settings);

  // Found, not opened.
  Shards& for_event(const Origins& origins);
  Shards& for_rows(const Origins& origins);
  // Of a target whose table is known: one step further when the last one is done. True when they
  // are ready; where it is false, news of the network or of the SQL owner bring it on.
  bool open(Shards& shards);
  [[nodiscard]] ChannelWriter& by_id(ChannelId id) { return *writers_.at(id); }

  void flush(ChannelWriter& writer);
  void send(ChannelWriter& writer, BatchPointer batch);
  void flush_opened_before(std::chrono::steady_clock::time_point time);
  void flush_all();
  // A new owner of the partitions may come at any time from now on.
  void expect_owner(const std::vector<event::TopicPartition>& partitions);
  // Flushes what belongs to the partitions.
  void revoke(const std::vector<event::TopicPartition>& partitions);
  // Forgets revoked channels whose rows are all committed.
  void drop_closed();
  void opened(const std::vector<OpenedState>& news);
  // A table changes: its rows are sent, and its channels opened anew when they are in.
  void flush(const Target& target);
  [[nodiscard]] bool is_empty(const Target& target) const;
  void reopen(const Target& target);
  [[nodiscard]] bool is_open(const Target& target) const;
  // It was stopped without channels, and may go on now.
  void open_again(const Target& target);
  [[nodiscard]] std::uint64_t oldest_outstanding() const noexcept;
  [[nodiscard]] bool has_open_batch() const noexcept;
  [[nodiscard]] std::vector<ChannelWriter*> all();
  // Waits a moment for news and settles them.
  void on_wait(std::function<void()> pump) { pump_ = std::move(pump); }

 private:
  Shards& find(const Origins& origins, Target* (*choose)(TargetCatalog&, const Origins&));
  void refuse_shared(const Shards& shards) const;
  bool start(Shards& shards);
  bool open_former(Shards& shards);
  void recall(Shards& shards);
  void ask_for_names();
  [[nodiscard]] bool is_closing(const std::string& name, const Target& target) const;
  ChannelWriter& start(Target& target, const std::string& name);
  void share_room();

  TargetCatalog& catalog_;
  Network& network_;
  SqlOwner& sql_;
  ChannelSettings settings_;
  std::function<void()> pump_;
  std::map<std::string, std::unique_ptr<Shards>, std::less<>> by_key_;
  std::map<ChannelId, std::unique_ptr<ChannelWriter>> writers_;
  struct Names {  // of all channels of the schema when the first were opened
    bool asked = false;
    bool known = false;
    std::vector<std::string> names;
    std::optional<base::Error> failure;
  } names_;
  std::set<ChannelId> recalling_;  // their journals are asked how far they were
  std::string key_;                // of the last event
  Shards* last_ = nullptr;
  ChannelId next_id_ = 0;
};

}  // namespace cdckit::snow_put
