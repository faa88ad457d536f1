// All channels of a run: found by the source table and Kafka partition of a row, opened when their
// first row comes, flushed and let go when their partition is revoked.
#pragma once

#include "common/event/control.hpp"
#include "common/event/event.hpp"
#include "tools/snow-put/channel_writer.hpp"
#include "tools/snow-put/target_catalog.hpp"
#include "tools/snow-put/uploader.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// Where an event comes from, as raw text of its line (without quotes).
struct Origins {
  std::string_view schema;
  std::string_view table;
  std::string_view topic;  // empty: not from Kafka
  std::string_view partition;
};

class Channels {
 public:
  // `pump` waits a moment for commits and settles them; used while a channel must get empty.
  Channels(TargetCatalog& catalog, Uploader& uploader, std::string prefix, bool keep_lines);

  ChannelWriter& for_event(const Origins& origins);
  ChannelWriter& for_rows();
  [[nodiscard]] ChannelWriter& by_id(ChannelId id) { return *writers_.at(id); }

  void flush(ChannelWriter& writer);
  void flush_opened_before(std::chrono::steady_clock::time_point time);
  void flush_all();
  // Flushes what belongs to the partitions and expects a new owner from now on.
  void revoke(const std::vector<event::TopicPartition>& partitions);
  // Forgets revoked channels whose rows are all committed.
  void drop_closed();
  [[nodiscard]] std::uint64_t oldest_outstanding() const noexcept;
  [[nodiscard]] bool has_open_batch() const noexcept;
  [[nodiscard]] std::vector<ChannelWriter*> all();
  void on_wait(std::function<void()> pump) { pump_ = std::move(pump); }

 private:
  ChannelWriter& open(const std::string& key, Target& target, const std::string& name);
  ChannelWriter& open_for(const std::string& key, const Origins& origins);

  TargetCatalog& catalog_;
  Uploader& uploader_;
  std::string prefix_;
  bool keep_lines_;
  std::function<void()> pump_;
  std::map<std::string, ChannelId, std::less<>> by_key_;
  std::map<ChannelId, std::unique_ptr<ChannelWriter>> writers_;
  std::string key_;  // of the last event
  ChannelWriter* last_ = nullptr;
  ChannelId next_id_ = 0;
};

}  // namespace cdckit::snow_put
