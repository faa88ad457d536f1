// tested by tests/integration/snow-put/test_verify.py::test_equal_at_any_position
#include "tools/snow-put/verify/mirror_picture.hpp"

#include "common/base/error.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/merge/merge.hpp"
#include "tools/snow-put/merge/slice_facts.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/target/source_state.hpp"

#include <algorithm>

namespace cdckit::snow_put {
namespace {

// The newest position that was folded into the mirror.
std::string folded_upto(const TableFold& fold) {
  std::string newest = fold.folded_pos;
  for (const auto& [name, marks] : fold.channels)
    newest = std::max({newest, marks.stream, marks.snapshot});
  return newest;
}

bool is_beyond(const std::string& folded, const std::string& pos) {
  // a bound is a position of its own length; a row's position lies behind its commit's
  return folded.size() == pos.size() ? folded > pos : folded >= pos;
}

}  // namespace

MirrorPicture mirror_picture(snow::SqlApi& api, const PictureRequest& request) {
  MergePlan plan = make_plan(api, {request.mirror, {}, false});
  const auto loaded = load_fold_state(api, request.state, request.prefix);
  const FoldState state = loaded.value_or(FoldState{});
  const TableFold& fold = state.of(request.mirror.table);
  MirrorPicture picture;
  picture.mirror.columns = plan.columns;
  std::vector<std::string> names;
  for (const snow::TableColumn& column : plan.columns) names.push_back(column.name);
  plan.before = request.pos;
  const bool from_journal = !fold.known || is_beyond(folded_upto(fold), request.pos);
  if (from_journal && !fold.pruned.empty()) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not compare " + snow::sql_name(request.mirror) + " at " + request.pos +
                          ": it is folded up to " + folded_upto(fold) +
                          ", and its journal was pruned up to " + fold.pruned,
                      "Take the digests again.");
  }
  if (from_journal) {
    picture.select = journal_picture_sql(plan, names);
  } else {
    plan.after = fold.folded_pos;
    plan.cut = fold.cut;
    if (plan.soft_deletes) names.emplace_back(kDeleted);
    picture.select = picture_sql(plan, names);
    if (plan.soft_deletes) {
      picture.select =
          "SELECT * FROM (" + picture.select + ") WHERE NOT " + snow::sql_name(kDeleted);
    }
  }
  const std::string acknowledged =
      request.acknowledged.empty() ? state.acknowledged : request.acknowledged;
  picture.stands_at = std::max(bounds_a_fold(acknowledged) ? acknowledged : "",
                               common_top(api, plan, fold, own_channels(state, request.prefix)));
  picture.stands_at = std::max(picture.stands_at, fold.folded_pos);
  picture.reached = picture.stands_at >= request.pos || acknowledged == kAllAcknowledged;
  return picture;
}

}  // namespace cdckit::snow_put
