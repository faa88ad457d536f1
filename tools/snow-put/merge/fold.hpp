// Folds what is new in journals into their mirrors: all tables in one transaction with the state
// that says how far they are, one owner at a time. Up to a position of the source where one is
// known, else by the slices of the channels: then a key change waits for its other half, and rows
// that a slower channel brings later are folded later.
//
// Threads: the caller's, with its SqlApi. Throws what the SQL API throws.
#pragma once

#include "common/signals/stop.hpp"
#include "tools/snow-put/merge/merge.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct FoldRequest {
  snow::TableAddress state;  // _CDC_STATE
  std::string prefix;        // the channels'
  std::vector<snow::TableAddress> mirrors;
  // 16 hex digits: everything below is in the journals; empty: what the state says
  std::string upto = {};
  bool typed = false;       // .. as somebody says who need not know
  bool everything = false;  // the input has ended: nothing more is to be waited for
  std::vector<std::string> key = {};
  bool create = false;
  std::chrono::milliseconds patience{0};  // for another's merge to end
  std::chrono::milliseconds keep{0};      // rows of the journal that are older go; 0: none
  signals::StopToken stop = {};
};

struct FoldOutcome {
  std::vector<MergeResult> results;
  std::set<std::string> unfinished;  // tables with rows that wait for something
  std::string holder;                // who merges; not empty: nothing was done
};

FoldOutcome fold(snow::SqlApi& api, const FoldRequest& request);

}  // namespace cdckit::snow_put
