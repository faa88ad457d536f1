#include "tools/pg-load/events/table_picture.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/context_of.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

struct Empty {
  TargetTable target = tests::sample();
  Statements statements{target, "stage", StageKind::events};
  Session session{tests::nowhere()};
};

event::Control border(std::string_view pos, std::uint64_t part = 1, std::uint64_t parts = 1) {
  event::Control control;
  control.pos = pos;
  control.part = part;
  control.parts = parts;
  return control;
}

}  // namespace

TEST_CASE("what a picture surely holds") {
  Empty with;
  TablePicture picture;
  CHECK_FALSE(picture.horizon_known());
  picture.end(with.session, with.target, with.statements, border("00000000000000A0"));
  CHECK(picture.horizon() == 0xA0);
  picture.read("0000000000000090/0000000000000001");
  picture.read("0000000000000080/0000000000000002");
  TablePicture other;
  other.read("0000000000000090/0000000000000001");
  other.end(with.session, with.target, with.statements, border("00000000000000A0/01"));
  CHECK(other.horizon() == 0x90);
  picture.set_horizon(5);
  CHECK(picture.horizon_known());
  CHECK(picture.horizon() == 5);
}

TEST_CASE("a part that is not the last ends nothing, one that does not follow is refused") {
  Empty with;
  TablePicture picture;
  CHECK(picture.end(with.session, with.target, with.statements, border("A0", 1, 2)) == 0);
  CHECK(picture.horizon() == 0);
  try {
    picture.begin(with.session, with.target, with.statements, border("A0", 2, 2));
    FAIL("not refused");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
  }
}

TEST_CASE("the keys of a picture are kept beside the table") {
  const Empty with;
  const std::string sql = TablePicture::track_sql(with.target, with.statements, "stage");
  CHECK(sql.starts_with("INSERT INTO pg_temp.cdckit_picture_7 SELECT "));
  CHECK(sql.find("FROM pg_temp.stage s") != std::string::npos);
  CHECK_FALSE(TablePicture().is_lost(with.session));
  CHECK(TablePicture::track_row_sql(with.target)
            .starts_with("INSERT INTO pg_temp.cdckit_picture_7 SELECT fresh.\"id\" FROM "));
}
