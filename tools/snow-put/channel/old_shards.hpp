// What was committed while a table had another number of channels: a row that its shard of then
// covers is in. Names of channels and the rule that divides keys among them. Pure.
#pragma once

#include "common/event/marks.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// The same for ever: a row must find the channel that it was sent through before. Rows without a
// key go to the first.
std::size_t shard_of(std::string_view key, std::size_t shards) noexcept;

struct ShardName {
  std::size_t shard = 0;
  std::size_t shards = 1;
};
// BASE for one channel, BASE_<k>of<N> for several.
std::string shard_name(const std::string& base, const ShardName& shard);
std::optional<ShardName> parse_shard_name(std::string_view name, std::string_view base);

class OldShards {
 public:
  void add(const ShardName& shard, const event::Marks& marks);
  [[nodiscard]] bool empty() const noexcept { return generations_.empty(); }
  [[nodiscard]] bool cover(std::string_view key, const event::RowPosition& row) const noexcept;

 private:
  std::map<std::size_t, std::vector<event::Marks>> generations_;  // by number of shards
};

}  // namespace cdckit::snow_put
