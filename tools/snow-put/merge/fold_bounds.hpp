// Which rows of each journal a fold takes, so that all mirrors are at one position of their source,
// or as near to it as channels that are read apart allow. Asks journals through the SQL API.
#pragma once

#include "tools/snow-put/merge/fold.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/merge/slice_facts.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_put {

// One table of a fold.
struct FoldTable {
  MergePlan plan;
  TableFold fold;                 // how far it is
  TableFold next;                 // how far it will be
  SliceFacts facts;               // of what is folded
  std::string upto;               // empty: no bound
  bool by_channels = false;       // others may come that are not known yet
  bool several_channels = false;  // are known
  bool changes_state = false;     // even when nothing is folded
  bool whole = false;             // its rows have no order of commits: the whole journal counts
};

class FoldBounds {
 public:
  FoldBounds(snow::SqlApi& api, const FoldRequest& request, const FoldState& state);
  std::vector<FoldTable> apply(std::vector<FoldTable> tables, FoldOutcome& outcome);

 private:
  [[nodiscard]] bool goes_by_position(const std::vector<FoldTable>& tables) const;
  [[nodiscard]] std::string position(const std::vector<FoldTable>& tables);
  [[nodiscard]] std::string common_position(const std::vector<FoldTable>& tables);
  void bound_by_position(FoldTable& table, const std::string& upto);
  [[nodiscard]] bool is_within_snapshot(const FoldTable& table, const std::string& upto);
  void look(FoldTable& table);
  void find_whole(std::vector<FoldTable>& tables);
  [[nodiscard]] std::string common_commit(const std::vector<FoldTable>& tables) const;
  void bound_by_channels(FoldTable& table, const std::string& commit, FoldOutcome& outcome);

  snow::SqlApi& api_;
  const FoldRequest& request_;
  const FoldState& state_;
  std::string own_;  // what the names of channels that count begin with
};

}  // namespace cdckit::snow_put
