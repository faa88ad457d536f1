#include "tools/snow-put/channel/old_shards.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace cdckit::snow_put {

// FNV-1a: it is written down nowhere but here, and never changes.
std::size_t shard_of(std::string_view key, std::size_t shards) noexcept {
  if (shards <= 1 || key.empty()) return 0;
  std::uint64_t hash = 14'695'981'039'346'656'037ULL;
  for (const char c : key) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1'099'511'628'211ULL;
  }
  return static_cast<std::size_t>((hash ^ (hash >> 32U)) % shards);
}

std::string shard_name(const std::string& base, const ShardName& shard) {
  if (shard.shards <= 1) return base;
  return base + "_" + std::to_string(shard.shard) + "of" + std::to_string(shard.shards);
}

std::optional<ShardName> parse_shard_name(std::string_view name, std::string_view base) {
  if (name == base) return ShardName{0, 1};
  if (!name.starts_with(base) || name.size() <= base.size() || name[base.size()] != '_')
    return std::nullopt;
  const std::string_view rest = name.substr(base.size() + 1);
  const std::size_t of = rest.find("of");
  if (of == std::string_view::npos) return std::nullopt;
  const auto shard = base::parse_unsigned(rest.substr(0, of));
  const auto shards = base::parse_unsigned(rest.substr(of + 2));
  if (!shard || !shards || *shards < 2 || *shard >= *shards) return std::nullopt;
  return ShardName{*shard, *shards};
}

void OldShards::add(const ShardName& shard, const event::Marks& marks) {
  std::vector<event::Marks>& generation = generations_[shard.shards];
  generation.resize(shard.shards);
  generation[shard.shard] = marks;
}

bool OldShards::cover(std::string_view key, const event::RowPosition& row) const noexcept {
  return std::any_of(generations_.begin(), generations_.end(), [&](const auto& generation) {
    return generation.second[shard_of(key, generation.first)].cover(row);
  });
}

}  // namespace cdckit::snow_put
