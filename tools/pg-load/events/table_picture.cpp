#include "tools/pg-load/events/table_picture.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "tools/pg-load/events/single_change.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

std::string helper_name(const TargetTable& target) {
  return "cdckit_picture_" + std::to_string(target.oid);
}

std::string helper_table(const TargetTable& target) {
  return "pg_temp." + helper_name(target);
}

// Keys as the target has them: how they are staged may change before the picture ends.
std::string make_helper_sql(const TargetTable& target, const Statements& statements) {
  std::string keys;
  for (const std::size_t column : target.key)
    keys += (keys.empty() ? "" : ", ") + statements.target_column(column) + " AS k" +
            std::to_string(column);
  return "CREATE TEMP TABLE " + helper_name(target) + " ON COMMIT PRESERVE ROWS AS SELECT " + keys +
         " FROM " + target.quoted() + " WITH NO DATA";
}

std::string delete_sql(const TargetTable& target, const Statements& statements) {
  std::string same;
  for (const std::size_t column : target.key)
    same += (same.empty() ? "t." : " AND t.") + statements.target_column(column) + " = s.k" +
            std::to_string(column);
  return "DELETE FROM " + target.quoted() + " t WHERE NOT EXISTS (SELECT FROM " +
         helper_table(target) + " s WHERE " + same + ")";
}

}  // namespace

std::string TablePicture::track_sql(const TargetTable& target,
                                    const Statements& statements,
                                    const std::string& stage) {
  std::string keys;
  for (const std::size_t column : target.key)
    keys += (keys.empty() ? "" : ", ") + statements.staged_for_match(column);
  return "INSERT INTO " + helper_table(target) + " SELECT " + keys + " FROM pg_temp." + stage +
         " s WHERE op <> 'd'";
}

std::string TablePicture::track_row_sql(const TargetTable& target) {
  return "INSERT INTO " + helper_table(target) + " " + key_of_row_sql(target);
}

std::uint64_t TablePicture::begin(Session& session,
                                  const TargetTable& target,
                                  const Statements& statements,
                                  const event::Control& border) {
  if (border.part > 1) {
    go_on(target, border);
    return 0;
  }
  pg::Connection& connection = session.connection();
  part_ = 1;
  newest_read_ = 0;
  state_ = State::fresh;
  if (target.key.empty()) return connection.query("DELETE FROM " + target.quoted()).affected();
  if (connection.query("SELECT EXISTS (SELECT FROM " + target.quoted() + ")").at(0, 0) == "f")
    return 0;
  state_ = State::tracked;
  generation_ = session.generation();
  connection.execute("DROP TABLE IF EXISTS " + helper_table(target) + "; " +
                     make_helper_sql(target, statements));
  return 0;
}

// Rows that the other parts hold would be missing.
void TablePicture::go_on(const TargetTable& target, const event::Control& border) {
  if (state_ == State::none || part_ + 1 != border.part) {
    throw base::Error(base::ErrorKind::data,
                      "could not go on with the snapshot of table \"" + display_name(target.name) +
                          "\": the part before \"" +
                          display_name({.schema = border.schema, .table = border.table}) +
                          "\" did not come");
  }
  part_ = border.part;
}

std::uint64_t TablePicture::end(Session& session,
                                const TargetTable& target,
                                const Statements& statements,
                                const event::Control& border) {
  if (border.part < border.parts) return 0;
  std::uint64_t deleted = 0;
  if (is_tracked()) {
    pg::Connection& connection = session.connection();
    connection.execute(Statements::planner(JoinBy::planner) + "ANALYZE " + helper_table(target));
    deleted = connection.query(delete_sql(target, statements)).affected();
    connection.execute("DROP TABLE " + helper_table(target));
  }
  state_ = State::none;
  // The border and the rows of a picture carry the same LSN, the newest that it surely holds.
  const std::uint64_t lsn = base::parse_hex(border.pos.substr(0, border.pos.find('/'))).value_or(0);
  horizon_ = std::max(horizon_, newest_read_ > 0 ? std::min(newest_read_, lsn) : lsn);
  return deleted;
}

void TablePicture::read(std::string_view pos) {
  const auto position = event::parse_position(pos);
  if (position) newest_read_ = std::max(newest_read_, position->lsn);
}

}  // namespace cdckit::pg_load
