// What a slice of a journal holds, asked before it is folded: what it does not hold need not be
// looked for. Talks to the SQL API.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace cdckit::snow_put {

// Newest rows of a channel.
struct ChannelTop {
  std::string stream;
  std::string snapshot;
};

struct SliceFacts {
  std::map<std::string, ChannelTop> channels;
  std::string cut;  // newest truncate
  std::uint64_t rows = 0;
  std::uint64_t changed = 0;    // neither inserts nor rows of a snapshot
  std::uint64_t snapshot = 0;   // rows of a snapshot
  std::uint64_t unchanged = 0;  // rows that lack values
  std::uint64_t moved = 0;      // rows that say which key they had
  std::uint64_t halves = 0;     // halves of key changes
  std::string first_half;       // position of the oldest of them
  [[nodiscard]] std::string newest() const;
};

// What the names of a prefix's channels begin with; rows of other prefixes are replays of what this
// one brings. Empty: all count, for a prefix whose source is not known owns what is there.
std::string own_channels(const FoldState& state, const std::string& prefix);

// AND's for the rows that are not folded by channel yet.
std::string unfolded(const TableFold& fold, const std::string& own);
std::string slice_facts_sql(const MergePlan& plan, const std::string& rows);
// `rows`: AND's beside those of the plan.
SliceFacts slice_facts(snow::SqlApi& api, const MergePlan& plan, const std::string& rows);
// The oldest half of a key change whose other half is not in the journal yet. `first`: no half of
// `rows` is older; the other half is of the same commit.
std::string waiting_half_sql(const MergePlan& plan,
                             const std::string& rows,
                             const std::string& first);
std::string waiting_half(snow::SqlApi& api,
                         const MergePlan& plan,
                         const std::string& rows,
                         const std::string& first);
// The position that all channels that begin so have reached; empty: one of them has none. Where the
// fold names the channels, only what lies beyond it is read.
std::string common_top(snow::SqlApi& api,
                       const MergePlan& plan,
                       const TableFold& fold,
                       const std::string& own);

}  // namespace cdckit::snow_put
