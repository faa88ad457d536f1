// Whose positions the tokens of a channel prefix are: one row of _CDC_STATE. Another source under
// the same prefix would have all its rows taken for known ones. A value: a copy of it talks to the
// SQL API on whatever thread has one.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/target/target_settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::snow_put {

// What ACKED_POS holds when an input without positions of a server was read to its end.
inline constexpr const char* kAllAcknowledged = "end";

// What a hello line calls its source, without the timeline.
struct SourceIdentity {
  std::string text;            // JSON, members sorted
  std::uint64_t timeline = 0;  // 0: not said
};
SourceIdentity identity_of(std::string_view source_json);
// Why rows of `now` must not go where those of `before` went; empty: they may.
std::string identity_conflict(const SourceIdentity& before, const SourceIdentity& now);

// What the prefix's source has acknowledged, for merges by others.
std::string store_acknowledged_sql(const snow::TableAddress& state,
                                   const std::string& prefix,
                                   const std::string& pos);

class SourceState {
 public:
  SourceState(const Place& place, std::string prefix, bool create);
  // `source` as `hello` has it. Throws unavailable when the prefix belongs to another source.
  void check(snow::SqlApi& api, const std::string& source);
  // The row is there.
  [[nodiscard]] bool is_kept() const noexcept { return kept_; }
  // The source is a PostgreSQL server, so that its positions bound rows, and _CDC_STATE is there.
  [[nodiscard]] bool counts_lsns() const noexcept { return counts_lsns_; }

 private:
  struct Stored {
    std::string source;
    bool all_acknowledged = false;
  };
  std::optional<Stored> stored(snow::SqlApi& api) const;
  std::optional<Stored> find_or_make(snow::SqlApi& api) const;
  void store(snow::SqlApi& api, std::string_view source_json, bool is_new) const;
  void warn(const std::string& why) const;

  snow::TableAddress state_;
  std::string prefix_;
  bool create_;
  bool counts_lsns_ = false;
  bool kept_ = false;
};

}  // namespace cdckit::snow_put
