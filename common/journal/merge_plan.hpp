// What a fold needs to know: the two tables, and which rows of the journal count. Pure.
#pragma once

#include "common/snow/table_description.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::journal {

// Rows of one channel, or with an empty name those that came through none (by files): above one
// mark and up to another, of the stream and of snapshots apart. Empty marks: from the first; to
// none at all.
struct ChannelSlice {
  std::string channel;
  std::string stream_after = {};
  std::string stream_upto = {};
  std::string snapshot_after = {};
  std::string snapshot_upto = {};
};

struct MergePlan {
  snow::TableAddress journal;
  snow::TableAddress mirror;
  std::vector<snow::TableColumn> columns;  // those that journal and mirror share, not metadata
  std::vector<std::string> key;            // names among them
  bool mirror_has_position = false;        // the mirror has _CDC_POS
  bool soft_deletes = false;               // the mirror has _CDC_DELETED
  // Only the rows above `after` and below `before`; empty: from the first, to the last.
  std::string after = {};
  std::string before = {};
  // Not empty: an expression instead of `after`, for a view whose text must stand for ever.
  std::string folded = {};
  // Not empty: only these rows of these channels.
  std::vector<ChannelSlice> channels = {};
  // The newest truncate that an earlier fold met: older rows that come after it are gone.
  std::string cut = {};
  // Not nothing: truncates are looked for there, where the journal's slice is a stream that has
  // only what is new.
  std::optional<snow::TableAddress> truncates = {};
  // The newest positions at which keys were deleted; nothing: no row can come after its delete.
  std::optional<snow::TableAddress> graves = {};
  bool has_unchanged = true;        // some rows of the slice may lack values
  bool has_moves = true;            // keys change in it
  bool has_truncates = true;        // it may hold some: they are looked for
  bool only_new = false;            // it holds nothing but first rows of keys
  bool mirror_is_new = false;       // it was made just now
  bool journal_has_channel = true;  // the journal has _CDC_CHANNEL
};

// AND's for the rows of the journal that count.
std::string within(const MergePlan& plan);

}  // namespace cdckit::journal
