#include "common/journal/merge_plan.hpp"

#include "common/journal/journal_columns.hpp"
#include "common/snow/identifiers.hpp"

namespace cdckit::journal {
namespace {

using snow::sql_name;
using snow::sql_text;

std::string above(const std::string& mark) {
  return mark.empty() ? "" : " AND " + sql_name(kPos) + " > " + sql_text(mark);
}

std::string rows_of(const std::string& which, const std::string& after, const std::string& upto) {
  if (upto.empty()) return {};
  return "(" + sql_name(kOp) + which + above(after) + " AND " + sql_name(kPos) +
         " <= " + sql_text(upto) + ")";
}

std::string rows_of(const ChannelSlice& slice) {
  const std::string stream = rows_of(" <> 'r'", slice.stream_after, slice.stream_upto);
  const std::string snapshot = rows_of(" = 'r'", slice.snapshot_after, slice.snapshot_upto);
  if (stream.empty() && snapshot.empty()) return {};
  const std::string own = slice.channel.empty() ? " IS NULL" : " = " + sql_text(slice.channel);
  std::string sql = "(" + sql_name(kChannel) + own + " AND (" + stream;
  if (!stream.empty() && !snapshot.empty()) sql += " OR ";
  return sql + snapshot + "))";
}

}  // namespace

std::string within(const MergePlan& plan) {
  std::string sql = above(plan.after);
  if (!plan.folded.empty()) sql += " AND " + sql_name(kPos) + " > " + plan.folded;
  if (!plan.before.empty()) sql += " AND " + sql_name(kPos) + " < " + sql_text(plan.before);
  if (plan.channels.empty()) return sql;
  std::string parts;
  for (const ChannelSlice& slice : plan.channels) {
    const std::string part = rows_of(slice);
    if (part.empty()) continue;
    if (!parts.empty()) parts += " OR ";
    parts += part;
  }
  return sql + " AND (" + (parts.empty() ? "FALSE" : parts) + ")";
}

}  // namespace cdckit::journal
