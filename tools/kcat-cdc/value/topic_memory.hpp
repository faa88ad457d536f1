// What must be known of a topic's earlier records to read the next one: which table its last event
// was of, and in each partition the delete event whose tombstone has not come yet.
#pragma once

#include "tools/kcat-cdc/schemas/unwrapper.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

// Deletes are followed by the tombstone of the same key.
class PendingTombstone {
 public:
  // A record with a value; `deletes`: it is a delete event.
  void note(std::string_view key, bool deletes) noexcept {
    if (deletes) {
      key_ = std::hash<std::string_view>{}(key);
      waits_ = true;
    } else if (waits_ && key_ == std::hash<std::string_view>{}(key)) {
      waits_ = false;
    }
  }
  // Whether the tombstone belongs to the delete event that came before it.
  bool take(std::string_view key) noexcept {
    const bool mine = waits_ && key_ == std::hash<std::string_view>{}(key);
    if (mine) waits_ = false;
    return mine;
  }

 private:
  std::size_t key_ = 0;
  bool waits_ = false;
};

struct TopicMemory {
  Unwrapper keys;
  Unwrapper values;
  // As they stand in JSON strings, escapes and all; empty before the first event.
  std::string schema;
  std::string table;
  std::size_t schema_place = 0;  // where the members stood in the last `source`
  std::size_t table_place = 0;
  // The last `schema` line that was made of the records' own schemas, and those.
  const std::string* shape = nullptr;
  ConnectSchema shape_key;
  ConnectSchema shape_value;

  PendingTombstone& partition(std::int32_t number) {
    const auto index = static_cast<std::size_t>(number);
    if (index >= partitions.size()) partitions.resize(index + 1);
    return partitions[index];
  }
  std::vector<PendingTombstone> partitions;
};

class TopicMemories {
 public:
  TopicMemory& of(std::string_view topic) {
    if (last_ == nullptr || last_->first != topic) {
      auto found = topics_.find(topic);
      if (found == topics_.end()) found = topics_.try_emplace(std::string(topic)).first;
      last_ = &*found;
    }
    return last_->second;
  }

 private:
  std::map<std::string, TopicMemory, std::less<>> topics_;
  std::pair<const std::string, TopicMemory>* last_ = nullptr;
};

}  // namespace cdckit::kcat_cdc
